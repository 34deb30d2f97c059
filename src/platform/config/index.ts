export { Config, ConfigurationInvalid, type Environment, type RoleRule, type Settings } from './config.js';
