export { HousekeepingModule } from './housekeeping.module.js';
export { clearAway } from './housekeeping.jobs.js';
