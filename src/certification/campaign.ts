import type { PopulationFilter } from '../catalogue/index.js';

export type CampaignStatus = 'draft' | 'launching' | 'running' | 'closing' | 'closed' | 'cancelled';

/** Who is asked: by what they are to the subject, or by name. */
export type ReviewerRule =
  | { readonly by: 'owner' | 'sponsor' | 'use-case-sponsor' | 'resource-owner' | 'manager' | 'unit-head' }
  | { readonly by: 'person'; readonly person: string }
  | { readonly by: 'team'; readonly team: string };

/** One round of questions: the first rule that names somebody who may decide is who is asked. */
export interface Stage {
  readonly rules: readonly ReviewerRule[];
}

export interface Reviewers {
  readonly stages: readonly Stage[];
  /** Of the verdicts of several stages: a keep must be everybody's and what is not kept is not asked again; or all are asked and the strictest wins. */
  readonly outcome: 'all-must-keep' | 'one-may-revoke';
  /** Asked where no rule of the first stage finds anybody. */
  readonly fallback: ReviewerRule | null;
}

/** What silence does. */
export interface NoResponse {
  /** `escalate` = nothing by itself; `disable-unused` = what is known to be unused and is not protected is planned to be disabled. */
  readonly action: 'escalate' | 'disable-unused';
  readonly unusedDays: number;
  readonly maximumUsageLagHours: number;
  /** Never disabled by silence, beside what is protected by its nature. */
  readonly protect: {
    readonly environments: readonly string[];
    readonly risks: readonly string[];
    readonly kinds: readonly string[];
  };
}

export interface CampaignSettings {
  /** More items than this on one reviewer is told before the launch. */
  readonly load: number;
  readonly collections: {
    readonly askOnce: boolean;
    readonly minimumMembers: number;
    readonly sampleShare: number;
    readonly minimumSample: number;
  };
  readonly delta: { readonly enabled: boolean; readonly sampleShare: number; readonly maximumCarries: number };
  readonly preflight: {
    readonly maximumAgeHours: number;
    readonly maximumImportAgeDays: number;
    readonly shrinkShare: number;
    readonly shrinkWindowDays: number;
  };
  /** Keeps in a row faster than anybody reads: so many within so many seconds, and what follows. */
  readonly haste: {
    readonly keeps: number;
    readonly seconds: number;
    readonly consequence: 'flag' | 'require-reasons' | 'second-reviewer';
  };
  readonly bulk: { readonly allowed: boolean; readonly risks: readonly string[]; readonly maximum: number };
  /** Disable what a reviewer revokes as soon as they sign, instead of at the close. */
  readonly disableOnSigning: boolean;
  readonly closeAfterDays: number;
  readonly escalation: { readonly managerAfterDays: number; readonly campaignManagerAfterDays: number };
}

export interface Campaign {
  readonly id: string;
  readonly name: string;
  readonly kind: 'campaign' | 'micro';
  readonly template: string | null;
  readonly scope: PopulationFilter;
  readonly reviewers: Reviewers;
  readonly noResponse: NoResponse;
  readonly settings: CampaignSettings;
  readonly status: CampaignStatus;
  readonly managerId: string | null;
  readonly seed: string;
  readonly startsAt: Date | null;
  readonly dueAt: Date | null;
  readonly dueDays: number;
  readonly closesAt: Date | null;
  readonly recurrenceDays: number | null;
  readonly launchedAt: Date | null;
  readonly populationCount: number | null;
  readonly version: number;
}

export const DEFAULT_SETTINGS: CampaignSettings = {
  load: 25,
  collections: { askOnce: true, minimumMembers: 5, sampleShare: 0.02, minimumSample: 3 },
  delta: { enabled: false, sampleShare: 0.05, maximumCarries: 3 },
  preflight: { maximumAgeHours: 26, maximumImportAgeDays: 35, shrinkShare: 0.2, shrinkWindowDays: 30 },
  haste: { keeps: 20, seconds: 60, consequence: 'flag' },
  bulk: { allowed: true, risks: ['low', 'moderate'], maximum: 25 },
  disableOnSigning: false,
  closeAfterDays: 7,
  escalation: { managerAfterDays: 1, campaignManagerAfterDays: 3 },
};

export const DEFAULT_NO_RESPONSE: NoResponse = {
  action: 'escalate',
  unusedDays: 90,
  maximumUsageLagHours: 48,
  protect: { environments: [], risks: ['critical'], kinds: [] },
};

/** What a campaign may become from each of its states. */
export const CAMPAIGN_TRANSITIONS: Readonly<Record<CampaignStatus, readonly CampaignStatus[]>> = {
  draft: ['launching', 'running', 'cancelled'],
  launching: ['running', 'cancelled'],
  running: ['closing', 'closed', 'cancelled'],
  closing: ['closed'],
  closed: [],
  cancelled: [],
};

export const mayBecome = (from: CampaignStatus, to: CampaignStatus): boolean => CAMPAIGN_TRANSITIONS[from].includes(to);

/** From this many items on a campaign gets a partition of its own. */
export const PARTITION_FROM = 100_000;
/** Up to this many items are frozen with their evidence, or closed, while the caller waits; more in the background. */
export const AT_ONCE = 5_000;
