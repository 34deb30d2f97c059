import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Visibility } from '../access-control/index.js';
import { Clock } from '../platform/clock/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  decodeCursor,
  pageOf,
  pageQuery,
  READERS,
  toPage,
  ScopedToo,
} from '../platform/http/index.js';
import { DecideSuggestions, MOST_AT_ONCE } from './operations/decide-suggestions.js';
import {
  decidedSchema,
  loadSchema,
  measureSchema,
  queuedSchema,
  QUEUED_BECAUSE,
  suggestionSchema,
} from './ownership-lists.schemas.js';
import { OwnershipMeasuresRepository } from './ownership-measures.repository.js';
import { listLoad, listQueue, listSuggestions } from './queries/ownership-lists.js';

const confidence = z.enum(['high', 'medium', 'low']);
const queueQuery = z.strictObject({
  ...pageQuery,
  because: z.enum(QUEUED_BECAUSE).optional(),
  source: z.uuid().optional(),
  unit: z.uuid().optional(),
});
const loadQuery = z.strictObject({ ...pageQuery, person: z.uuid().optional() });
const suggestionQuery = z.strictObject({
  ...pageQuery,
  confidence: confidence.optional(),
  person: z.uuid().optional(),
  source: z.uuid().optional(),
});
const measureQuery = z.strictObject({ ...pageQuery, unit: z.uuid().optional() });
const decision = z
  .strictObject({
    verdict: z.enum(['assign', 'propose', 'dismiss']),
    items: z
      .array(z.strictObject({ identity: z.uuid(), person: z.uuid() }))
      .min(1)
      .max(MOST_AT_ONCE)
      .optional(),
    matching: z
      .strictObject({ confidence: confidence.optional(), person: z.uuid().optional(), source: z.uuid().optional() })
      .optional(),
    reason: z.string().trim().min(1).max(1500),
  })
  .refine(({ items, matching }) => (items === undefined) !== (matching === undefined), {
    path: ['items'],
    message: 'is needed, or "matching" in its place',
  })
  .meta({ id: 'SuggestionsDecision' });

/** Ownership as lists: what nobody claims, who carries how much, who might own what, and how it stands. */
@ApiTags('ownership')
@Controller()
export class OwnershipListsController {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
    private readonly decide: DecideSuggestions,
    private readonly clock: Clock,
  ) {}

  @Get('ownership-queue')
  @ScopedToo()
  @Allow(...READERS)
  @Answers(200, pageOf(queuedSchema), 'What nobody claims, and why')
  async queue(@Caller() actor: Actor, @Query({ schema: queueQuery }) query: z.output<typeof queueQuery>) {
    const visible = this.visibility.visibleTo(actor, 'identity', 'i');
    const after = decodeCursor(query.cursor, 2);
    const rows = await this.database.read((tx) =>
      listQueue(tx, visible, query, this.clock.now(), query.limit + 1, after),
    );
    return toPage(rows, query.limit, ({ identity }) => [identity.displayName, identity.id]);
  }

  @Get('ownership-load')
  @ScopedToo()
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(loadSchema), 'What each owner carries, the heaviest first; a person has one entry')
  async load(@Caller() actor: Actor, @Query({ schema: loadQuery }) query: z.output<typeof loadQuery>) {
    const visible = this.visibility.visibleTo(actor, 'identity', 'i');
    const after = decodeCursor(query.cursor, 2);
    const rows = await this.database.read((tx) =>
      listLoad(tx, visible, query, this.clock.now(), query.limit + 1, after),
    );
    return toPage(rows, query.limit, ({ owned, person }) => [-owned, person.id]);
  }

  @Get('ownership-suggestions')
  @ScopedToo()
  @Allow(...READERS)
  @Answers(
    200,
    pageOf(suggestionSchema),
    'Who might own what nobody owns, with reason and confidence, the surest first',
  )
  async suggestions(
    @Caller() actor: Actor,
    @Query({ schema: suggestionQuery }) query: z.output<typeof suggestionQuery>,
  ) {
    const visible = this.visibility.visibleTo(actor, 'identity', 'i');
    const after = decodeCursor(query.cursor, 3);
    const rows = await this.database.read((tx) => listSuggestions(tx, visible, query, query.limit + 1, after));
    const { data, next } = toPage(rows, query.limit, ({ rank, identity, person }) => [rank, identity.id, person.id]);
    return { data: data.map(({ rank: _order, ...shown }) => shown), next };
  }

  @Post('ownership-suggestions/decisions')
  @HttpCode(200)
  @Allow('admin', 'iam-engineer')
  @Answers(200, decidedSchema, 'Takes suggestions in bulk (assigned, or proposed to the person), or dismisses them')
  decideAll(@Caller() actor: Actor, @Body({ schema: decision }) body: z.output<typeof decision>) {
    return this.decide.execute(actor, body);
  }

  @Get('ownership-measures')
  @Allow(...READERS)
  @Answers(200, pageOf(measureSchema), 'How ownership stood, the newest first: of the organisation, or of one unit')
  async measures(@Query({ schema: measureQuery }) query: z.output<typeof measureQuery>) {
    const after = decodeCursor(query.cursor, 2);
    const rows = await this.database.read((tx) =>
      tx.use(OwnershipMeasuresRepository).page(query.unit ?? null, query.limit + 1, after),
    );
    return toPage(rows, query.limit, ({ at, id }) => [at, id]);
  }
}
