export { EvidenceModule } from './evidence.module.js';
export { MeasureProgramme } from './operations/measure-programme.js';
