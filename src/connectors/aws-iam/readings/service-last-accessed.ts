import { GenerateServiceLastAccessedDetailsCommand, GetServiceLastAccessedDetailsCommand } from '@aws-sdk/client-iam';
import { type ReadContext, VendorFailure } from '../../sdk/index.js';
import type { Account } from '../account.js';
import { malformed } from '../answers.js';
import { Absent } from '../apis.js';
import type { FoundUse } from '../mapping/account-book.js';
import { iso } from '../mapping/instants.js';
import type { ServiceUse } from '../mapping/last-use.js';
import { causeOf } from './gaps.js';

export const SERVICE_LAST_ACCESSED = 'aws.service-last-accessed';

type Service = ServiceUse['services'][number];

/**
 * AWS's record of which services an identity asked something of. It is made to order, one identity at a time. Whoever
 * asked has to fetch it, so both calls go through the same session.
 */
export class ServiceLastAccessed {
  /** What is answered for the rest, once asking on makes no sense. */
  private stopped: 'missing' | null | undefined;
  private failures = 0;

  constructor(
    private readonly account: Account,
    private readonly ctx: ReadContext,
  ) {
    if (!account.options.serviceLastAccessed) this.stopped = null;
  }

  async of(identity: { readonly id: string | undefined; readonly arn: string | undefined }): Promise<FoundUse> {
    const { id, arn } = identity;
    if (this.stopped !== undefined) return this.stopped;
    if (!id || !arn) return null;
    try {
      const use = await this.read(arn);
      this.failures = 0;
      return use;
    } catch (error) {
      if (error instanceof Absent) return null;
      const cause = causeOf(error, this.ctx.signal);
      const isForGood = cause.reason === 'forbidden' || cause.reason === 'unsupported';
      if (this.stopped !== undefined) return this.stopped;
      if (isForGood || ++this.failures >= this.account.limits.failuresInARow) {
        this.stopped = isForGood ? null : 'missing';
        this.ctx.gap({ type: SERVICE_LAST_ACCESSED, ...cause });
        return this.stopped;
      }
      this.ctx.gap({ type: SERVICE_LAST_ACCESSED, parent: id, ...cause });
      return 'missing';
    }
  }

  private async read(arn: string): Promise<ServiceUse> {
    const { signal } = this.ctx;
    const { host, limits } = this.account;
    const order = await this.account.apis.iam('iam:GenerateServiceLastAccessedDetails', signal, (iam, sent) =>
      iam.send(new GenerateServiceLastAccessedDetailsCommand({ Arn: arn, Granularity: 'SERVICE_LEVEL' }), sent),
    );
    if (!order.JobId) throw malformed('iam:GenerateServiceLastAccessedDetails', 'names no job');
    for (let look = 0; look < limits.polls; look++) {
      // Most lists are there within a second; a few take long.
      if (look > 0) await host.pause(Math.min(250 * 2 ** (look - 1), limits.pollMs), signal);
      const services = await this.fetch(order.JobId);
      if (services) return { services };
    }
    throw new VendorFailure('AWS did not finish its list of last accessed services in time.', 'unavailable');
  }

  /** The finished list, or null while AWS works on it. */
  private async fetch(job: string): Promise<Service[] | null> {
    const permission = 'iam:GetServiceLastAccessedDetails';
    const services: Service[] = [];
    const marks = new Set<string>();
    for (let mark: string | undefined; ;) {
      const answer = await this.account.apis.iam(permission, this.ctx.signal, (iam, sent) =>
        iam.send(
          new GetServiceLastAccessedDetailsCommand({ JobId: job, ...(mark === undefined ? {} : { Marker: mark }) }),
          sent,
        ),
      );
      if (answer.JobStatus === 'IN_PROGRESS') return null;
      if (answer.JobStatus === 'FAILED')
        throw new VendorFailure('AWS could not make its list of last accessed services.', 'unavailable');
      if (answer.JobStatus !== 'COMPLETED' || !answer.ServicesLastAccessed)
        throw malformed(permission, 'is no list of services');
      for (const {
        ServiceNamespace: service,
        LastAuthenticated: at,
        LastAuthenticatedRegion: region,
      } of answer.ServicesLastAccessed) {
        if (!service) throw malformed(permission, 'holds a service without a name');
        services.push({ service, at: iso(at), ...(region ? { region } : {}) });
      }
      if (!answer.IsTruncated) return services;
      mark = answer.Marker;
      if (!mark || marks.has(mark) || marks.size >= this.account.limits.maxPages)
        throw malformed(permission, 'cannot be read to its end');
      marks.add(mark);
    }
  }
}
