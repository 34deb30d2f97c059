export { Config, ConfigurationInvalid, type Environment, type Settings } from './config.js';
