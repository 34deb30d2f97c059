import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { exceptionDaysOf, PoliciesRepository } from '../../checks/index.js';
import { Clock, DAY_MS } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, hasRole, NotAllowed, NotFound, RequestInvalid } from '../../platform/http/index.js';
import { ExceptionsRepository } from '../exceptions.repository.js';
import { ExceptionTooLong, ExceptionWaits, FindingResolved } from '../findings.errors.js';
import { type FindingRow, FindingsRepository } from '../findings.repository.js';

export interface ExceptionInput {
  readonly reason: string;
  /** What is done instead, so that the risk is borne. */
  readonly compensatingControl: string;
  readonly expiresAt: string;
}

/** Asks that a finding may stand for a time. Nothing is allowed before somebody else approves. */
@Injectable()
export class RequestException {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  execute(actor: Actor, findingId: string, input: ExceptionInput): Promise<string> {
    return this.database.transaction(async (tx) => {
      const findings = tx.use(FindingsRepository);
      const finding = await findings.forChange(findingId);
      if (!finding) throw new NotFound('finding');
      await this.assertMayAsk(findings, actor, findingId);
      if (finding.status === 'resolved') throw new FindingResolved();
      const exceptions = tx.use(ExceptionsRepository);
      if (await exceptions.requestedOf(findingId)) throw new ExceptionWaits();
      const at = this.clock.now();
      const policyId = await this.assertWithinLimit(tx, finding, input, at);
      const id = newId(this.clock);
      const expiresAt = new Date(input.expiresAt);
      await exceptions.insert({
        id,
        findingId,
        reason: input.reason,
        compensatingControl: input.compensatingControl,
        expiresAt,
        severity: finding.severity,
        policyId,
        by: actor.id,
        person: actor.person,
        at,
      });
      await findings.addEvents(
        [{ findingId, type: 'exception-requested', actor: actor.id, data: { exception: id, expiresAt } }],
        at,
      );
      await this.audit.record(tx, {
        type: 'findings.exception-requested',
        actor,
        target: { type: 'exception', id },
        data: { finding: findingId, check: finding.check, severity: finding.severity, ...input },
      });
      return id;
    });
  }

  private async assertMayAsk(findings: FindingsRepository, actor: Actor, findingId: string): Promise<void> {
    if (hasRole(actor, 'iam-engineer', 'incident-responder', 'policy-author')) return;
    if (actor.person !== null && (await findings.concerns(findingId, actor.person))) return;
    throw new NotAllowed('Whoever answers for what a finding is about, or was sent it, requests an exception.');
  }

  /** Limits come from the policy that decided on the finding. */
  private async assertWithinLimit(tx: Tx, finding: FindingRow, input: ExceptionInput, at: Date): Promise<string> {
    const policies = tx.use(PoliciesRepository);
    const policy =
      (finding.policyId ? (await policies.byIds([finding.policyId])).get(finding.policyId) : undefined) ??
      (await policies.all()).at(-1)!;
    const expiresAt = Date.parse(input.expiresAt);
    if (expiresAt <= at.getTime()) throw new RequestInvalid([{ pointer: '/expiresAt', detail: 'lies in the past' }]);
    const days = exceptionDaysOf(policy.settings, finding.severity);
    if (expiresAt > at.getTime() + days * DAY_MS) throw new ExceptionTooLong(finding.severity, policy.name, days);
    return policy.id;
  }
}
