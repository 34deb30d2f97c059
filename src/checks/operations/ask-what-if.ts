import { Injectable } from '@nestjs/common';
import { Clock, DAY_MS } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, DomainError, NotFound } from '../../platform/http/index.js';
import { Jobs } from '../../platform/jobs/index.js';
import { DefaultPolicyIsLast } from '../checks.errors.js';
import { whatIf } from '../checks.jobs.js';
import { arranged, type PolicyInput } from '../engine/arrange.js';
import { PolicyRules } from '../engine/policy-rules.js';
import { PolicySets } from '../engine/policy-sets.js';
import { PoliciesRepository, type PolicyRow } from '../policies.repository.js';
import type { PolicySet } from '../policy-set.schemas.js';
import { PolicyWhatIfsRepository, type WhatIfRow } from '../policy-what-ifs.repository.js';
import { type Foreseen, ForeseePolicies } from './foresee-policies.js';

/** Subjects that are evaluated while somebody waits; more are evaluated in the background. */
const AT_ONCE = 100_000;
const SAMPLES = 5;
const KEPT_DAYS = 7;

/** A change of policies that nobody has made. */
export type WhatIfChange =
  | { readonly kind: 'policy'; readonly id: string | null; readonly input: PolicyInput | null }
  | { readonly kind: 'set'; readonly set: PolicySet };

export type WhatIfAnswer = Pick<WhatIfRow, 'status' | 'result' | 'error'> & { readonly id: string | null };

/** Tells what a change of policies would do to findings. Nothing of it is saved. */
@Injectable()
export class AskWhatIf {
  constructor(
    private readonly database: Database,
    private readonly rules: PolicyRules,
    private readonly sets: PolicySets,
    private readonly foresee: ForeseePolicies,
    private readonly jobs: Jobs,
    private readonly clock: Clock,
  ) {}

  /** The answer, or, where there is much to evaluate, the run that will have it. */
  async execute(actor: Actor, change: WhatIfChange, inBackground: boolean): Promise<WhatIfAnswer> {
    if (change.kind === 'policy' && change.input) await this.rules.assertChecks(change.input.checks);
    const { before, after } = await this.database.read((tx) => this.rows(tx, change));
    if (!inBackground && (await this.foresee.size(before, after)) <= AT_ONCE)
      return {
        id: null,
        status: 'complete',
        result: await this.foresee.execute(before, after, { for: actor, samples: SAMPLES }),
        error: null,
      };
    const id = newId(this.clock);
    await this.database.transaction(async (tx) => {
      await tx.use(PolicyWhatIfsRepository).insert({ id, change, actor, at: this.clock.now() });
      await this.jobs.enqueue(tx, whatIf, { id });
    });
    return { id, status: 'queued', result: null, error: null };
  }

  /** Carries out what was asked for in the background. */
  async run(id: string, signal: AbortSignal): Promise<{ evaluated: number }> {
    const row = await this.database.transaction(async (tx) => {
      const whatIfs = tx.use(PolicyWhatIfsRepository);
      await whatIfs.forgetBefore(new Date(this.clock.now().getTime() - KEPT_DAYS * DAY_MS));
      const found = await whatIfs.one(id);
      if (found && found.status !== 'complete') await whatIfs.begin(id);
      return found;
    });
    if (!row || row.status === 'complete') return { evaluated: 0 };
    let result: Foreseen | null = null;
    let error: string | null = null;
    try {
      const { before, after } = await this.database.read((tx) => this.rows(tx, row.change as WhatIfChange));
      result = await this.foresee.execute(before, after, { for: row.askedAs, samples: SAMPLES, signal });
    } catch (failure) {
      // What it was asked about is gone or changed meanwhile; anything else is tried again.
      if (!(failure instanceof DomainError)) throw failure;
      error = failure.message;
    }
    await this.database.transaction((tx) =>
      tx.use(PolicyWhatIfsRepository).finish(id, result, error, this.clock.now()),
    );
    return { evaluated: result?.evaluated ?? 0 };
  }

  private async rows(
    tx: Tx,
    change: WhatIfChange,
  ): Promise<{ before: readonly PolicyRow[]; after: readonly PolicyRow[] }> {
    const before = await tx.use(PoliciesRepository).all();
    if (change.kind === 'set') return { before, after: (await this.sets.arrange(tx, change.set)).rows };
    const policy = change.id === null ? null : (before.find(({ id }) => id === change.id) ?? null);
    if (change.id !== null && policy === null) throw new NotFound('policy');
    if (change.input) this.rules.assertPlace(change.input, policy, before);
    else if (policy?.isDefault) throw new DefaultPolicyIsLast('');
    const id = change.id ?? newId(this.clock);
    return { before, after: arranged(before, { id, input: change.input }, this.clock.now()) };
  }
}
