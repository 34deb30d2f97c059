export { type Counts, defineJob, definedJobs, type Job, type JobRun } from './job.js';
export { JobRegistry } from './job-registry.js';
export { JobRunsRepository, type JobRunRow } from './job-runs.repository.js';
export { Jobs, QueueConnection } from './jobs.js';
export { JobsMode, JobsModule, JobsTick } from './jobs.module.js';
