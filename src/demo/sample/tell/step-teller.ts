import { note, Progress } from '../../../cli/output.js';

const WIDTH = 34;

/** Says what is being done while it is done, and what came of it. */
export class StepTeller {
  private readonly progress = new Progress(!process.stderr.isTTY);
  private beganAt = 0;

  /** `outcome` null = it begins. */
  tell(title: string, outcome: string | null): void {
    if (outcome === null) {
      this.beganAt = performance.now();
      this.progress.say(`  ${title} ...`);
      return;
    }
    this.progress.end();
    const seconds = ((performance.now() - this.beganAt) / 1000).toFixed(1).padStart(5);
    note(`${seconds} s  ${title.padEnd(WIDTH)}${outcome}`);
  }
}
