import { Injectable } from '@nestjs/common';
import { Visibility } from '../../access-control/index.js';
import { Audit } from '../../audit/index.js';
import { EvaluationsRepository } from '../../checks/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, NotFound } from '../../platform/http/index.js';
import { Marks } from '../../subjects/index.js';
import { EndExceptions } from '../end-exceptions.js';
import { type ExceptionRow, ExceptionsRepository } from '../exceptions.repository.js';
import { ExceptionBeyondRight, ExceptionDecided, FindingResolved, OwnException } from '../findings.errors.js';
import { FindingsRepository } from '../findings.repository.js';

/**
 * Approves or rejects an exception. Whoever decides accepts risks where the finding lies, did not ask for it, does not
 * answer for what it is about. Nobody who accepts risks writes policies: no person is given both.
 */
@Injectable()
export class DecideException {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
    private readonly endExceptions: EndExceptions,
    private readonly marks: Marks,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async execute(actor: Actor, id: string, status: 'approved' | 'rejected', comment: string | null): Promise<void> {
    await this.database.transaction(async (tx) => {
      const findings = tx.use(FindingsRepository);
      const exceptions = tx.use(ExceptionsRepository);
      const findingId = await exceptions.findingOf(id);
      const finding = findingId === null ? null : await findings.forChange(findingId);
      const exception = await exceptions.forChange(id);
      if (!finding || !exception) throw new NotFound('exception');
      await this.assertMayDecide(findings, actor, exception);
      if (exception.status !== 'requested') throw new ExceptionDecided(exception.status);
      if (finding.status === 'resolved') throw new FindingResolved();
      const at = this.clock.now();
      if (exception.expiresAt <= at) throw new ExceptionDecided('over');
      if (status === 'approved') {
        // An exception that is prolonged gives way to the one that follows it.
        await this.endExceptions.execute(tx, actor, [finding.id], 'replaced', at, { approvedOnly: true });
        await findings.setStatus(finding.id, 'excepted');
        const { subjectType: type, subjectId, check, reason } = finding;
        await tx.use(EvaluationsRepository).setExcepted([{ type, id: subjectId, check, reason }], true);
        await this.marks.markOnly(tx, type, [subjectId]);
      }
      await exceptions.decide(id, { status, by: actor.id, person: actor.person, comment, at });
      await findings.addEvents(
        [{ findingId: finding.id, type: `exception-${status}`, actor: actor.id, data: { exception: id, comment } }],
        at,
      );
      await this.audit.record(tx, {
        type: `findings.exception-${status}`,
        actor,
        target: { type: 'exception', id },
        data: {
          finding: finding.id,
          check: finding.check,
          severity: finding.severity,
          requestedBy: exception.requestedBy,
          expiresAt: exception.expiresAt.toISOString(),
          comment,
        },
      });
    });
  }

  private async assertMayDecide(findings: FindingsRepository, actor: Actor, exception: ExceptionRow): Promise<void> {
    if (actor.id === exception.requestedBy) throw new OwnException();
    if (actor.person !== null) {
      if (actor.person === exception.requestedPersonId) throw new OwnException();
      if (await findings.isAnsweredForBy(exception.findingId, actor.person)) throw new OwnException();
    }
    const asAcceptor: Actor = {
      ...actor,
      person: null,
      roles: actor.roles.filter(({ role }) => role === 'risk-acceptor'),
    };
    if (!(await findings.lies(exception.findingId, this.visibility.visibleTo(asAcceptor, 'finding', 'f'))))
      throw new ExceptionBeyondRight();
  }
}
