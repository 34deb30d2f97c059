import { z } from 'zod';
import { defineJob } from '../platform/jobs/index.js';
import type { CertifyChanges } from './operations/certify-changes.js';
import type { CloseCampaign } from './operations/close-campaign.js';
import type { FreezeEvidence } from './operations/freeze-evidence.js';
import type { DelegateReviews } from './operations/delegate-reviews.js';
import type { RemindReviewers } from './operations/remind-reviewers.js';
import type { ReopenRisen } from './operations/reopen-risen.js';
import type { RerouteItems } from './operations/reroute-items.js';
import type { TurnCampaigns } from './operations/turn-campaigns.js';

const one = z.strictObject({ campaign: z.uuid() });
const nothing = z.strictObject({});

export const freezeEvidenceJob = defineJob<{ freeze: FreezeEvidence }, z.infer<typeof one>>({
  id: 'certification.freeze-evidence',
  title: 'Keep the evidence of a large campaign with its items',
  payload: one,
  timeoutMs: 60 * 60_000,
  retry: { attempts: 5, backoffMs: 10_000 },
  exclusive: ({ campaign }) => campaign,
  async run({ freeze }, { payload, signal }) {
    return { frozen: await freeze.execute(payload.campaign, signal) };
  },
});

export const closeCampaignJob = defineJob<{ close: CloseCampaign }, z.infer<typeof one>>({
  id: 'certification.close-campaign',
  title: 'Close a large campaign',
  payload: one,
  timeoutMs: 60 * 60_000,
  retry: { attempts: 5, backoffMs: 10_000 },
  exclusive: ({ campaign }) => campaign,
  async run({ close }, { payload }) {
    return { closed: await close.finishLarge(payload.campaign) };
  },
});

export const turnCampaignsJob = defineJob<{ turn: TurnCampaigns }, object>({
  id: 'certification.turn-campaigns',
  title: 'Launch campaigns whose time has come, and close those whose time is over',
  schedule: '*/5 * * * *',
  payload: nothing,
  timeoutMs: 15 * 60_000,
  retry: { attempts: 3, backoffMs: 30_000 },
  exclusive: () => 'all',
  async run({ turn }, { signal }) {
    return turn.execute(signal);
  },
});

export const turnDelegationsJob = defineJob<{ delegate: DelegateReviews }, object>({
  id: 'certification.turn-delegations',
  title: 'Hand reviews on when a delegation begins, and back when it ends',
  schedule: '*/5 * * * *',
  payload: nothing,
  timeoutMs: 10 * 60_000,
  retry: { attempts: 3, backoffMs: 30_000 },
  exclusive: () => 'all',
  async run({ delegate }, { signal }) {
    return delegate.turn(signal);
  },
});

const whose = z.strictObject({ identity: z.uuid().optional() });
export const rerouteItemsJob = defineJob<{ reroute: RerouteItems }, z.infer<typeof whose>>({
  id: 'certification.reroute-items',
  title: 'Give open reviews to whoever answers now',
  schedule: '*/15 * * * *',
  payload: whose,
  timeoutMs: 15 * 60_000,
  retry: { attempts: 3, backoffMs: 10_000 },
  exclusive: ({ identity }) => identity ?? 'all',
  async run({ reroute }, { payload: { identity } }) {
    return { moved: identity === undefined ? await reroute.reviewersGone() : await reroute.ownerChanged([identity]) };
  },
});

export const reopenRisenJob = defineJob<{ reopen: ReopenRisen }, object>({
  id: 'certification.reopen-risen',
  title: 'Ask again about what became riskier after it was decided',
  schedule: '*/15 * * * *',
  payload: nothing,
  timeoutMs: 30 * 60_000,
  retry: { attempts: 3, backoffMs: 30_000 },
  exclusive: () => 'all',
  async run({ reopen }, { signal }) {
    return { reopened: await reopen.execute(signal) };
  },
});

export const remindReviewersJob = defineJob<
  { remind: RemindReviewers; reroute: RerouteItems; delegate: DelegateReviews },
  object
>({
  id: 'certification.remind-reviewers',
  title: 'Remind those who owe decisions, and tell whoever stands above them',
  schedule: '*/15 * * * *',
  payload: nothing,
  timeoutMs: 30 * 60_000,
  retry: { attempts: 3, backoffMs: 30_000 },
  exclusive: () => 'all',
  async run({ remind, reroute, delegate }, { signal }) {
    // Whom an item has left by now is told nothing of it.
    await delegate.turn(signal);
    await reroute.reviewersGone();
    return remind.execute();
  },
});

export const certifyChangesJob = defineJob<{ certify: CertifyChanges }, object>({
  id: 'certification.certify-changes',
  title: 'Ask at once about what an event touched',
  schedule: '*/15 * * * *',
  payload: nothing,
  timeoutMs: 15 * 60_000,
  retry: { attempts: 3, backoffMs: 30_000 },
  exclusive: () => 'all',
  async run({ certify }, { signal }) {
    return certify.execute(signal);
  },
});
