import { DomainError, type InputError } from '../platform/http/index.js';
import type { CampaignStatus } from './campaign.js';
import type { PreflightProblem } from './queries/preflight-sources.js';

export class CampaignNotInState extends DomainError {
  readonly code = 'certification.campaign-not-in-state';
  readonly kind = 'conflict';
  override readonly details: { status: CampaignStatus };
  constructor(status: CampaignStatus, wanted: string) {
    super(`This campaign is ${status}; that is possible only while it is ${wanted}.`);
    this.details = { status };
  }
}

export class LaunchBlocked extends DomainError {
  readonly code = 'certification.launch-blocked';
  readonly kind = 'conflict';
  override readonly details: { problems: readonly PreflightProblem[] };
  constructor(problems: readonly PreflightProblem[]) {
    super(
      `The population cannot be trusted as it is: ${problems.map(({ detail }) => detail).join('; ')}. Mend that, or launch with an override and a reason: it is recorded with your name.`,
    );
    this.details = { problems };
  }
}

/** A role within a part of the organisation asks within that part: more than it may see it must not ask about. */
export class ScopeBeyondRole extends DomainError {
  readonly code = 'certification.scope-beyond-role';
  readonly kind = 'forbidden';
  override readonly details: { errors: readonly InputError[] };
  constructor(reach: readonly string[]) {
    super(
      `Your role holds within ${reach.join(', or ')}, and this campaign would ask beyond that. Name it in the scope; "unit" means everything below it too, "unitAlone" does not.`,
    );
    this.details = { errors: [{ pointer: '/scope', detail: 'reaches beyond your role' }] };
  }
}

export class NoSuchTemplate extends DomainError {
  readonly code = 'certification.no-such-template';
  readonly kind = 'invalid';
  override readonly details: { errors: readonly InputError[] } = {
    errors: [{ pointer: '/template', detail: 'names no template' }],
  };
  constructor() {
    super('There is no such template. GET /campaign-templates lists them.');
  }
}

export class CampaignStillOpen extends DomainError {
  readonly code = 'certification.campaign-still-open';
  readonly kind = 'conflict';
  override readonly details: { open: number };
  constructor(open: number) {
    super(`${open} items are not decided and the campaign is not due yet. Wait, or close it with a reason.`);
    this.details = { open };
  }
}

/** Of two decisions at once the second loses: it did not know what it would overrule. */
export class ItemDecidedMeanwhile extends DomainError {
  readonly code = 'certification.item-decided-meanwhile';
  readonly kind = 'stale';
  override readonly details: Readonly<Record<string, unknown>>;
  constructor(currentVersion: number, decision: Readonly<Record<string, unknown>> | null, decidedBy: string | null) {
    super(
      decision === null
        ? 'This item changed after you read it. Read it again, then decide.'
        : `This item was decided by ${decidedBy ?? 'somebody'} after you read it. Read it again; you may still change the decision.`,
    );
    this.details = { currentVersion, decision };
  }
}

export class ReviewClosed extends DomainError {
  readonly code = 'certification.review-closed';
  readonly kind = 'conflict';
  constructor() {
    super('This campaign is not running: what was decided stands.');
  }
}

export class OwnAccess extends DomainError {
  readonly code = 'certification.own-access';
  readonly kind = 'forbidden';
  constructor() {
    super('Nobody certifies their own access. Say "not mine" and name who should.');
  }
}

export class ReasonRequired extends DomainError {
  readonly code = 'certification.reason-required';
  readonly kind = 'invalid';
  override readonly details: { errors: readonly InputError[]; because: readonly string[] };
  constructor(because: readonly string[]) {
    super(`Say why: ${because.join('; ')}.`);
    this.details = { errors: [{ pointer: '/reason', detail: 'is required here' }], because };
  }
}

/** What an item is about is gone or switched off: a decision about it would change nothing. */
export class ItemNotDecidable extends DomainError {
  readonly code = 'certification.item-not-decidable';
  readonly kind = 'conflict';
  constructor(why: string) {
    super(why);
  }
}

export class AcceptOwnershipFirst extends DomainError {
  readonly code = 'certification.accept-ownership-first';
  readonly kind = 'conflict';
  constructor() {
    super('You became the owner while this campaign ran. Accept the ownership first, then decide.');
  }
}

export class BulkNotAllowed extends DomainError {
  readonly code = 'certification.bulk-not-allowed';
  readonly kind = 'conflict';
  override readonly details: { items: readonly { id: string; because: string }[] };
  constructor(items: readonly { id: string; because: string }[]) {
    super('Not all of these may be kept together. Nothing was decided; decide the ones that are named one by one.');
    this.details = { items };
  }
}

/** A reviewer signs once, when nothing of theirs is open and something was decided since. */
export class NothingToSign extends DomainError {
  readonly code = 'certification.nothing-to-sign';
  readonly kind = 'conflict';
  constructor(why: string) {
    super(why);
  }
}

export class DelegateUnfit extends DomainError {
  readonly code = 'certification.delegate-unfit';
  readonly kind = 'invalid';
  override readonly details: { errors: readonly InputError[] };
  constructor(detail: string) {
    super('This person cannot stand in. Name somebody else.');
    this.details = { errors: [{ pointer: '/delegate', detail }] };
  }
}

export class DelegationOverlaps extends DomainError {
  readonly code = 'certification.delegation-overlaps';
  readonly kind = 'conflict';
  constructor() {
    super('Somebody else stands in during a part of that time already. End that first.');
  }
}

export class AcceptanceSigned extends DomainError {
  readonly code = 'certification.acceptance-signed';
  readonly kind = 'conflict';
  constructor() {
    super('This acceptance is signed already.');
  }
}

export class LinkRanOut extends DomainError {
  readonly code = 'certification.link-ran-out';
  readonly kind = 'gone';
  constructor() {
    super('This link has run out. Sign in and open your reviews (/reviews): what waits for you is there.');
  }
}

/** Forged, cut short, or made for something else: which of these, nobody is told. */
export class LinkNotOurs extends DomainError {
  readonly code = 'certification.link-not-ours';
  readonly kind = 'missing';
  constructor() {
    super(
      'This link is not one of ours, or it is not whole. Sign in and open your reviews (/reviews): what waits for you is there.',
    );
  }
}
