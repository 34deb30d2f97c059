import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Visibility } from '../access-control/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  CREDENTIAL_READERS,
  decodeCursor,
  NotFound,
  pageOf,
  pageQuery,
  READERS,
  toPage,
  ScopedToo,
} from '../platform/http/index.js';
import { ConsumersRepository } from './consumers.repository.js';
import { IdentitiesRepository } from './identities.repository.js';
import { DeclareConsumer } from './operations/declare-consumer.js';
import { ReviewUse } from './operations/review-use.js';
import { UseReviewsRepository } from './use-reviews.repository.js';

const id = z.uuid();
const text = z.string().trim().min(1).max(2000);
const reviewSchema = z
  .strictObject({
    id: z.uuid(),
    usedUntil: z.iso.datetime().meta({ description: 'This use and all before it are reviewed.' }),
    usedBy: z.strictObject({ id: z.uuid(), displayName: z.string() }).nullable(),
    reason: z.string(),
    reviewedBy: z.string(),
    at: z.iso.datetime(),
  })
  .meta({ id: 'UseReview' });
const newReview = z
  .strictObject({
    reason: text.meta({ description: 'What it was used for, and whether that was an emergency.' }),
    usedBy: z.uuid().nullish().meta({ description: 'Who used it; nobody reviews their own use.' }),
  })
  .meta({ id: 'NewUseReview' });
const consumer = z.strictObject({
  kind: z.string().trim().min(1).max(100).meta({ description: 'pipeline, workload, host, secret-store, vendor ...' }),
  locator: z.string().trim().min(1).max(500),
});
const consumerSchema = z
  .strictObject({
    ...consumer.shape,
    basis: z.enum(['observed', 'declared', 'scanned']),
    firstSeenAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime().nullable(),
    declaredBy: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Consumer' });
const newConsumer = z.strictObject({ ...consumer.shape, reason: text.nullish() }).meta({ id: 'NewConsumer' });

/** Looking at what was used in an emergency. */
@ApiTags('identities')
@Controller('identities/:id/use-reviews')
@ScopedToo()
export class UseReviewsController {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
    private readonly review: ReviewUse,
  ) {}

  @Get()
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(reviewSchema), 'Reviews of the use of emergency access, newest first')
  async list(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) identityId: string,
    @Query({ schema: z.strictObject(pageQuery) }) query: { limit: number; cursor?: string },
  ) {
    await this.visible(actor, identityId);
    const after = decodeCursor(query.cursor, 1);
    const rows = await this.database.read((tx) =>
      tx.use(UseReviewsRepository).page(identityId, query.limit + 1, after ? String(after[0]) : null),
    );
    return toPage(rows, query.limit, (row) => [row.id]);
  }

  @Post()
  @HttpCode(204)
  @Allow('incident-responder', 'iam-engineer', 'relation')
  @Answers(204, null, 'Somebody looked at every use known so far')
  async add(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) identityId: string,
    @Body({ schema: newReview }) body: z.output<typeof newReview>,
  ): Promise<void> {
    await this.visible(actor, identityId);
    await this.review.execute(actor, identityId, { reason: body.reason, usedBy: body.usedBy ?? null });
  }

  private async visible(actor: Actor, identityId: string): Promise<void> {
    const seen = await this.database.read((tx) =>
      this.visibility.look(actor, 'identity', 'i', async (visible) =>
        (await tx.use(IdentitiesRepository).isVisible(identityId, visible)) ? true : null,
      ),
    );
    if (!seen) throw new NotFound('identity');
  }
}

/** Where a credential is used from: observed by a source, read from a file, or said by somebody. */
@ApiTags('credentials')
@Controller('credentials/:id/consumers')
@ScopedToo()
export class ConsumersController {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
    private readonly declare: DeclareConsumer,
  ) {}

  @Get()
  @Allow(...CREDENTIAL_READERS, 'relation')
  @Answers(200, pageOf(consumerSchema), 'Where a credential is used from; a short list, given whole')
  async list(@Caller() actor: Actor, @Param('id', { schema: id }) credentialId: string) {
    await this.visible(actor, credentialId);
    return { data: await this.database.read((tx) => tx.use(ConsumersRepository).of(credentialId)), next: null };
  }

  @Post()
  @HttpCode(204)
  @Allow('admin', 'iam-engineer', 'relation')
  @Answers(204, null, 'Somebody says where it is used; saying it twice changes nothing')
  async add(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) credentialId: string,
    @Body({ schema: newConsumer }) body: z.output<typeof newConsumer>,
  ): Promise<void> {
    await this.visible(actor, credentialId);
    const { reason, ...named } = body;
    await this.declare.execute(actor, credentialId, named, reason ?? null);
  }

  @Post('withdraw')
  @HttpCode(204)
  @Allow('admin', 'iam-engineer', 'relation')
  @Answers(204, null, 'Somebody says that it is no longer used there; what a source observed stays')
  async remove(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) credentialId: string,
    @Body({ schema: consumer }) body: z.output<typeof consumer>,
  ): Promise<void> {
    await this.visible(actor, credentialId);
    await this.declare.withdraw(actor, credentialId, body);
  }

  private async visible(actor: Actor, credentialId: string): Promise<void> {
    const seen = await this.database.read((tx) =>
      this.visibility.look(actor, 'credential', 'c', async (visible) =>
        (await tx.use(ConsumersRepository).isVisible(credentialId, visible)) ? true : null,
      ),
    );
    if (!seen) throw new NotFound('credential');
  }
}
