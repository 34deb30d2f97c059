import type { Step } from './loading.js';

/** The first day of the report: the days after it are measured as they come. */
export const figuresStep: Step = {
  title: 'Figures of the first day',
  async run({ setup, waiting }) {
    await setup.post('jobs/evidence.measure-programme/runs', {});
    await waiting.breathe();
    return 'see "mandate report programme"';
  },
};
