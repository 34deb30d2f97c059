export { type Upload, Uploads, type UploadSource } from './uploads.js';
export { UploadsModule } from './uploads.module.js';
