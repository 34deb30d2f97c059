import { Injectable } from '@nestjs/common';
import { Visibility } from '../../access-control/index.js';
import { Audit } from '../../audit/index.js';
import { OwnershipsRepository } from '../../ownership/index.js';
import { PeopleRepository } from '../../people/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId, randomSeed } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import {
  type Actor,
  assertUnchanged,
  checked,
  NotFound,
  ReferenceUnknown,
  RequestInvalid,
} from '../../platform/http/index.js';
import {
  type Campaign,
  type CampaignSettings,
  DEFAULT_NO_RESPONSE,
  DEFAULT_SETTINGS,
  type NoResponse,
} from '../campaign.js';
import { CampaignNotInState, NoSuchTemplate, ScopeBeyondRole } from '../certification.errors.js';
import { type ChangedCampaign, newCampaign, type NewCampaign } from '../certification.schemas.js';
import { CampaignsRepository } from '../campaigns.repository.js';
import { reachInWords } from '../queries/reach-in-words.js';
import { TEMPLATES } from '../templates.js';

const DUE_DAYS = 14;

/** Writes a campaign down, changes the draft, or makes another like one there was. Nobody is asked anything by that. */
@Injectable()
export class PrepareCampaign {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly visibility: Visibility,
  ) {}

  async create(actor: Actor, input: NewCampaign): Promise<string> {
    const template = input.template === undefined ? null : TEMPLATES.find(({ id }) => id === input.template);
    if (template === undefined) throw new NoSuchTemplate();
    const base = template === null ? null : await checked(newCampaign, { name: input.name, ...template.campaign });
    return this.database.transaction(async (tx) => {
      const campaign = merge(blank(this.clock, input.name, template?.id ?? null, actor.person), base ?? {}, input);
      await this.insert(tx, actor, campaign, null);
      await this.assertWithin(tx, actor, campaign.id);
      return campaign.id;
    });
  }

  /** Another like it: the same questions to the same reviewers, about what is there then. */
  async clone(actor: Actor, id: string, input: ChangedCampaign): Promise<string> {
    return this.database.transaction(async (tx) => {
      const before = await tx.use(CampaignsRepository).one(id);
      if (!before) throw new NotFound('campaign');
      const copy = await this.cloneIn(tx, actor, before, input);
      await this.assertWithin(tx, actor, copy);
      return copy;
    });
  }

  async cloneIn(tx: Tx, actor: Actor, before: Campaign, input: ChangedCampaign): Promise<string> {
    const copy: Campaign = {
      ...blank(this.clock, input.name ?? before.name, before.template, before.managerId),
      scope: before.scope,
      reviewers: before.reviewers,
      noResponse: before.noResponse,
      settings: before.settings,
      dueDays: before.dueDays,
      recurrenceDays: before.recurrenceDays,
    };
    return this.insert(tx, actor, merge(copy, input), before.id);
  }

  async change(actor: Actor, id: string, seen: number, input: ChangedCampaign): Promise<void> {
    await this.database.transaction(async (tx) => {
      const campaigns = tx.use(CampaignsRepository);
      const before = await campaigns.forChange(id);
      if (!before) throw new NotFound('campaign');
      assertUnchanged(before, seen);
      if (before.status !== 'draft') throw new CampaignNotInState(before.status, 'a draft');
      const after = merge(before, input);
      await this.check(tx, after);
      await campaigns.save(after);
      await this.assertWithin(tx, actor, id);
      await this.audit.record(tx, {
        type: 'certification.campaign-changed',
        actor,
        target: { type: 'campaign', id },
        data: { after: input },
      });
    });
  }

  /** Writes a campaign that another operation put together. */
  async insert(tx: Tx, actor: Actor, campaign: Campaign, clonedFromId: string | null): Promise<string> {
    await this.check(tx, campaign);
    await tx.use(CampaignsRepository).insert({ ...campaign, clonedFromId, createdBy: actor.id, at: this.clock.now() });
    await this.audit.record(tx, {
      type: 'certification.campaign-prepared',
      actor,
      target: { type: 'campaign', id: campaign.id },
      data: {
        name: campaign.name,
        template: campaign.template,
        clonedFrom: clonedFromId,
        scope: campaign.scope,
        reviewers: campaign.reviewers,
        noResponse: campaign.noResponse,
      },
    });
    return campaign.id;
  }

  /** What was just written is rolled back with the refusal: whether it reaches too far is asked of the very row that would launch. */
  private async assertWithin(tx: Tx, actor: Actor, id: string): Promise<void> {
    // What the installation itself asks has no role that could be too small.
    if (actor.kind === 'system') return;
    if (await tx.use(CampaignsRepository).isWithin(id, this.visibility.reachableBy(actor, 'campaign', 'c'))) return;
    throw new ScopeBeyondRole(await reachInWords(tx, actor));
  }

  private async check(tx: Tx, campaign: Campaign): Promise<void> {
    const people = tx.use(PeopleRepository);
    const rules = [
      ...campaign.reviewers.stages.flatMap(({ rules }, stage) =>
        rules.map((rule, at) => [`/reviewers/stages/${stage}/rules/${at}`, rule] as const),
      ),
      ...(campaign.reviewers.fallback ? [['/reviewers/fallback', campaign.reviewers.fallback] as const] : []),
    ];
    for (const [pointer, rule] of rules) {
      if (rule.by === 'person' && !(await people.exists(rule.person))) throw new ReferenceUnknown(pointer, 'person');
      if (rule.by === 'team' && !(await tx.use(OwnershipsRepository).teamExists(rule.team)))
        throw new ReferenceUnknown(pointer, 'team');
    }
    if (campaign.managerId !== null && !(await people.exists(campaign.managerId)))
      throw new ReferenceUnknown('/manager', 'person');
    if (campaign.dueAt !== null && campaign.dueAt <= (campaign.startsAt ?? this.clock.now()))
      throw new RequestInvalid([{ pointer: '/dueAt', detail: 'must lie after the start' }]);
  }
}

export const blank = (clock: Clock, name: string, template: string | null, managerId: string | null): Campaign => ({
  id: newId(clock),
  name,
  kind: 'campaign',
  template,
  scope: { subject: 'identity' },
  reviewers: {
    stages: [
      {
        rules: [{ by: 'owner' }, { by: 'sponsor' }, { by: 'use-case-sponsor' }, { by: 'manager' }, { by: 'unit-head' }],
      },
    ],
    outcome: 'all-must-keep',
    fallback: null,
  },
  noResponse: DEFAULT_NO_RESPONSE,
  settings: DEFAULT_SETTINGS,
  status: 'draft',
  managerId,
  seed: randomSeed(),
  startsAt: null,
  dueAt: null,
  dueDays: DUE_DAYS,
  closesAt: null,
  recurrenceDays: null,
  launchedAt: null,
  populationCount: null,
  version: 1,
});

const date = (value: string | null | undefined): Date | null => (value ? new Date(value) : null);

/** The later wins, member by member; settings and the consequence of silence are merged one level deeper. */
export function merge(base: Campaign, ...changes: readonly Partial<ChangedCampaign>[]): Campaign {
  return changes.reduce<Campaign>(
    (c, input) => ({
      ...c,
      name: input.name ?? c.name,
      scope: input.scope ?? c.scope,
      reviewers: input.reviewers ?? c.reviewers,
      noResponse: deep(c.noResponse, input.noResponse) as NoResponse,
      settings: deep(c.settings, input.settings) as CampaignSettings,
      managerId: input.manager === undefined ? c.managerId : input.manager,
      startsAt: input.startsAt === undefined ? c.startsAt : date(input.startsAt),
      dueAt: input.dueAt === undefined ? (input.dueInDays === undefined ? c.dueAt : null) : date(input.dueAt),
      dueDays: input.dueInDays ?? c.dueDays,
      recurrenceDays: input.recurrence === undefined ? c.recurrenceDays : (input.recurrence ?? null),
    }),
    base,
  );
}

function deep(base: object, change: object | undefined): object {
  if (change === undefined) return base;
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(change) as [string, unknown][])
    if (value !== undefined)
      merged[name] =
        typeof value === 'object' && value !== null && !Array.isArray(value) ? deep(merged[name] ?? {}, value) : value;
  return merged;
}
