import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/index.js';
import { copyRows, Database, readCopyField, type Tx } from '../../platform/database/index.js';
import { Facts } from '../../subjects/index.js';
import { Decisions } from '../engine/decisions.js';
import { Checks, Engine } from '../engine/engine.js';
import { type Excepted, exceptedKey, NOTHING_EXCEPTED, readsGap } from '../engine/evaluate.js';
import { readExcepted } from '../engine/evaluate-set.js';
import { EvaluationsRepository, ROW_HEAD } from '../evaluations.repository.js';
import type { Outcome, SubjectType } from '../sdk/index.js';

/** What one check says of one subject now, in words. */
export interface Explanation {
  readonly check: string;
  readonly title: string;
  readonly result: Outcome['result'] | 'off';
  /** The reason of a failure, why it does not apply, or what is missing. */
  readonly because: string | null;
  readonly severity: string | null;
  readonly since: string | null;
  readonly until: string | null;
  readonly evidence: Readonly<Record<string, unknown>> | null;
  readonly policy: string | null;
  readonly mode: string | null;
  /** A failing check on the same subject that makes this one pointless to work on. */
  readonly supersededBy: string | null;
  /** An exception allows it. */
  readonly excepted: boolean;
}

/** Evaluates one subject and tells every outcome with its reason. Reads only; nothing is stored. */
@Injectable()
export class ExplainSubject {
  constructor(
    private readonly database: Database,
    private readonly engine: Engine,
    private readonly checks: Checks,
    private readonly facts: Facts,
    private readonly clock: Clock,
  ) {}

  /** Null when there is no such live subject. */
  execute(type: SubjectType, id: string): Promise<readonly Explanation[] | null> {
    return this.database.read((tx) => this.executeIn(tx, type, id));
  }

  /** The same of what the caller's transaction has written so far. */
  async executeIn(tx: Tx, type: SubjectType, id: string): Promise<readonly Explanation[] | null> {
    const now = this.clock.instant();
    const evaluations = tx.use(EvaluationsRepository);
    const decisions = new Decisions(type, this.checks.of(type), await this.engine.policies(tx));
    const gaps = await this.facts.gaps(tx);
    const plan = this.facts.plan(type);
    let explanations: Explanation[] | null = null;
    let excepted = NOTHING_EXCEPTED;
    for await (const rows of copyRows(
      await evaluations.stream(type, plan, [id], { withGaps: true, withStored: false }),
    )) {
      for (const fields of rows) {
        const over = gaps.over(readCopyField(fields[5]!), readCopyField(fields[6]!), readCopyField(fields[7]!));
        const facts = plan.decode(fields, ROW_HEAD) as never;
        excepted = readExcepted(fields[8]!);
        explanations = this.checks.of(type).map((check) => {
          const decision = decisions.of(check.id, facts, now);
          const base = {
            check: check.id,
            title: check.title,
            policy: decision?.policyId ?? null,
            mode: decision?.mode ?? null,
            supersededBy: null,
            excepted: false,
          };
          if (!decision?.enabled)
            return {
              ...base,
              result: 'off' as const,
              because: 'no policy asks for it here',
              severity: null,
              since: null,
              until: null,
              evidence: null,
            };
          const outcome = check.evaluate(facts, decision.parameters as never, now as never);
          const until = outcome.until === undefined ? null : new Date(outcome.until).toISOString();
          const gap = over.own || (over.types !== null && readsGap(check.reads, over.types));
          if (gap && (outcome.result === 'pass' || outcome.result === 'fail')) {
            return {
              ...base,
              result: 'not-evaluated' as const,
              because: `its source could not be read: ${[...over.types!].join(', ')}`,
              severity: null,
              since: null,
              until,
              evidence: null,
            };
          }
          return {
            ...base,
            result: outcome.result,
            until,
            because:
              outcome.result === 'fail'
                ? outcome.reason
                : outcome.result === 'not-applicable'
                  ? outcome.why
                  : outcome.result === 'not-evaluated'
                    ? outcome.missing
                    : null,
            severity:
              outcome.result === 'fail'
                ? decision.severityFixed
                  ? decision.severity
                  : (outcome.severity ?? decision.severity)
                : null,
            since: outcome.result === 'fail' ? new Date(outcome.since).toISOString() : null,
            evidence: outcome.result === 'fail' ? outcome.evidence : null,
          };
        });
      }
    }
    return explanations === null ? null : this.superseded(type, explanations, excepted);
  }

  private superseded(type: SubjectType, explanations: readonly Explanation[], excepted: Excepted): Explanation[] {
    const failing = new Set(
      explanations
        .filter(({ result, check, because }) => result === 'fail' && !excepted.has(exceptedKey(check, because!)))
        .map(({ check }) => check),
    );
    return explanations.map((explanation) => {
      if (explanation.result !== 'fail') return explanation;
      if (excepted.has(exceptedKey(explanation.check, explanation.because!))) return { ...explanation, excepted: true };
      const by = this.checks
        .of(type)
        .find(({ id, supersedes }) => failing.has(id) && supersedes?.includes(explanation.check));
      return by ? { ...explanation, supersededBy: by.id } : explanation;
    });
  }
}
