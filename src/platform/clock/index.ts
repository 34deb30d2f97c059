export { Clock, DAY_MS, HOUR_MS, ManualClock, SystemClock, type Instant } from './clock.js';
