import type { z } from 'zod';
import type { newCampaign } from './certification.schemas.js';

/** A campaign that many organisations run, to start from. */
export interface CampaignTemplate {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly campaign: Omit<z.input<typeof newCampaign>, 'name' | 'template'>;
}

export const TEMPLATES: readonly CampaignTemplate[] = [
  {
    id: 'quarterly-ai-credentials',
    title: 'Quarterly AI credentials',
    description:
      'Every credential of an identity that uses AI, attested by its owner; what did not change since the last quarter and is low-risk is carried forward.',
    campaign: {
      scope: { subject: 'credential', aiUse: ['yes'] },
      reviewers: { rules: ['owner', 'use-case-sponsor', 'sponsor', 'manager', 'unit-head'] },
      noResponse: { action: 'disable-unused' },
      settings: { delta: { enabled: true } },
      dueInDays: 14,
      recurrence: 'quarterly',
    },
  },
  {
    id: 'privileged',
    title: 'Privileged access',
    description:
      'Grants of privileged level and above, certified by the resource owner or the sponsor, never by the owner alone.',
    campaign: {
      scope: { subject: 'grant', privilege: ['admin', 'privileged'] },
      reviewers: { rules: ['resource-owner', 'sponsor', 'use-case-sponsor', 'unit-head'] },
      noResponse: { action: 'escalate' },
      settings: { bulk: { allowed: false }, haste: { consequence: 'second-reviewer' } },
      dueInDays: 14,
      recurrence: 'monthly',
    },
  },
  {
    id: 'ownerless-sweep',
    title: 'Ownerless sweep',
    description: 'Identities nobody answers for, put before the head of their unit.',
    campaign: {
      scope: { subject: 'identity', owner: ['none'] },
      reviewers: { rules: ['sponsor', 'use-case-sponsor', 'unit-head'] },
      noResponse: { action: 'disable-unused' },
      dueInDays: 21,
    },
  },
  {
    id: 'after-an-incident',
    title: 'After an incident',
    description: 'Identities with an open finding of high severity or above, one by one, within three days.',
    campaign: {
      scope: { subject: 'identity', findings: { severity: 'high' } },
      reviewers: { stages: [{ rules: ['owner', 'manager'] }, { rules: ['sponsor', 'use-case-sponsor', 'unit-head'] }] },
      noResponse: { action: 'escalate' },
      settings: {
        bulk: { allowed: false },
        collections: { askOnce: false },
        disableOnSigning: true,
        closeAfterDays: 1,
      },
      dueInDays: 3,
    },
  },
];
