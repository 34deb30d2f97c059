export { type GaugeSource, Metrics } from './metrics.js';
export { Readiness, TelemetryModule } from './telemetry.module.js';
export { observeRequests } from './observe-requests.js';
