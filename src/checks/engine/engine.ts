import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/index.js';
import { Facts } from '../../subjects/index.js';
import { SUBJECT_TYPES, type SubjectType } from '../sdk/index.js';
import { EvaluationsRepository } from '../evaluations.repository.js';
import { PoliciesRepository } from '../policies.repository.js';
import { type DecidingPolicy, Decisions, factsOfPolicies } from './decisions.js';
import { Evaluator, type PlacedCheck } from './evaluate.js';
import type { AnyCheck } from './load-checks.js';

/** The checks of this installation. */
export class Checks {
  private readonly byId: ReadonlyMap<string, AnyCheck>;
  constructor(readonly all: readonly AnyCheck[]) {
    this.byId = new Map(all.map((check) => [check.id, check]));
  }
  get(id: string): AnyCheck | undefined {
    return this.byId.get(id);
  }
  of(subject: SubjectType): readonly AnyCheck[] {
    return this.all.filter((check) => check.subject === (subject as string));
  }
}

/** Puts together what one pass needs: the policies as they are now, and an evaluator for each kind of subject. */
@Injectable()
export class Engine {
  private places: ReadonlyMap<string, number> | null = null;

  constructor(
    private readonly checks: Checks,
    private readonly facts: Facts,
  ) {}

  /** Refuses to boot when a check asks about subjects nobody contributes. */
  assertComplete(): void {
    for (const check of this.checks.all) this.facts.relationOf(check.subject);
  }

  async policies(tx: Tx): Promise<readonly DecidingPolicy[]> {
    return (await tx.use(PoliciesRepository).all()).map(({ id, selector, mode, checks }) => ({
      id,
      selector,
      mode,
      checks,
    }));
  }

  /** Evaluators by kind of subject, for the kinds that have checks. */
  async evaluators(tx: Tx, policies?: readonly DecidingPolicy[]): Promise<ReadonlyMap<SubjectType, Evaluator>> {
    const deciding = policies ?? (await this.policies(tx));
    const places = await this.placesOf(tx);
    const evaluators = new Map<SubjectType, Evaluator>();
    for (const subject of SUBJECT_TYPES) {
      const checks = this.checks.of(subject);
      if (checks.length === 0) continue;
      const placed: PlacedCheck[] = checks.map((check) => ({ check, place: places.get(check.id)! }));
      const decisions = new Decisions(subject, checks, deciding);
      const offered = new Set(this.facts.columnNames(subject));
      const selectorFacts = factsOfPolicies(deciding).filter((name) => offered.has(name));
      evaluators.set(subject, new Evaluator(subject, placed, decisions, selectorFacts));
    }
    return evaluators;
  }

  async placesOf(tx: Tx): Promise<ReadonlyMap<string, number>> {
    this.places ??= await tx.use(EvaluationsRepository).places();
    return this.places;
  }

  /** Gives every new check its place, once and for ever. Called at boot. */
  async assignPlaces(tx: Tx): Promise<void> {
    await tx
      .use(EvaluationsRepository)
      .assignPlaces(this.checks.all.map(({ id, subject }) => ({ id, subject: subject })));
    this.places = null;
  }
}
