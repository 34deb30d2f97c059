import { z } from 'zod';
import { defineJob } from '../platform/jobs/index.js';
import type { CloseCampaign } from './operations/close-campaign.js';
import type { FreezeEvidence } from './operations/freeze-evidence.js';
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
