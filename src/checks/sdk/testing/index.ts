export { at, describeCheck, NOW, type Row } from './describe-check.js';
export * from './facts.js';
