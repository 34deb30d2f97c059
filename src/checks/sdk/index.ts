export * from './check.js';
export * from './controls.js';
export type { CheckCode, ControlIds } from './crosswalk.ids.js';
export * from './facts.js';
export * from './rules.js';
