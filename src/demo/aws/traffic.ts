import { uuidFor } from './ids.js';

/** What was asked of the stand-in, so that a test can say how often and how many at once. */
export class Traffic {
  private readonly counts = new Map<string, number>();
  private readonly open = new Map<string, number>();
  private readonly most = new Map<string, number>();
  private requests = 0;
  private readonly log: { action: string; account: string; resource: string | undefined }[] = [];

  began(action: string, account: string, resource: string | undefined): () => void {
    this.counts.set(action, (this.counts.get(action) ?? 0) + 1);
    this.log.push({ action, account, resource });
    if (this.log.length > 10_000) this.log.splice(0, 5_000);
    const now = (this.open.get(account) ?? 0) + 1;
    this.open.set(account, now);
    this.most.set(account, Math.max(now, this.most.get(account) ?? 0));
    return () => this.open.set(account, (this.open.get(account) ?? 1) - 1);
  }

  /** A call whose signature was not accepted: counted, though nobody knows whose it was. */
  refused(action: string): void {
    this.counts.set(action, (this.counts.get(action) ?? 0) + 1);
  }

  /** How often an action was asked since the last reset. */
  count(action: string): number {
    return this.counts.get(action) ?? 0;
  }

  /** Every action that was asked since the last reset, in the order of its first call. */
  actions(): string[] {
    return [...this.counts.keys()];
  }

  /** The last calls, at least the newest five thousand. */
  calls(): readonly { action: string; account: string; resource: string | undefined }[] {
    return this.log;
  }

  /** The most calls that were open at once in an account since the last reset. */
  mostAtOnce(account: string): number {
    return this.most.get(account) ?? 0;
  }

  reset(): void {
    this.counts.clear();
    this.most.clear();
    this.log.length = 0;
  }

  requestId(): string {
    return uuidFor(`request ${this.requests++}`);
  }
}
