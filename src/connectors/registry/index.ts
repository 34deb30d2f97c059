export { ConnectorRegistry } from './connector-registry.js';
export { loadConnectors } from './load-connectors.js';
