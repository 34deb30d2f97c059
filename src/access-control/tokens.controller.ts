import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Clock } from '../platform/clock/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  AnswersSecret,
  Caller,
  decodeCursor,
  FreshSignIn,
  pageOf,
  pageQuery,
  ROLES,
  SeenVersion,
  toPage,
} from '../platform/http/index.js';
import type { ApiToken } from './api-token.entity.js';
import { ApiTokensRepository } from './api-tokens.repository.js';
import { CreateToken } from './operations/create-token.js';
import { FirstAdministrator } from './operations/first-administrator.js';
import { RevokeToken } from './operations/revoke-token.js';

const scope = z.strictObject({
  unit: z.uuid().optional(),
  source: z.uuid().optional(),
  environment: z.string().max(100).optional(),
  tag: z.string().max(300).optional(),
});
const assignment = z.strictObject({ role: z.enum(ROLES), scope: scope.default({}) });
const tokenSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    kind: z.enum(['api', 'local-admin']),
    roles: z.array(assignment),
    owner: z.uuid().nullable(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
    status: z.enum(['active', 'expired', 'revoked']),
    version: z.number().int(),
  })
  .meta({ id: 'Token' });
const newToken = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    roles: z.array(assignment).min(1).max(20),
    expiresInDays: z.number().int().min(1).max(365).default(90),
    owner: z.uuid().nullish(),
  })
  .meta({ id: 'NewToken' });
const madeToken = z
  .strictObject({ ...tokenSchema.shape, token: z.string().meta({ description: 'Shown this once.' }) })
  .meta({ id: 'MadeToken' });

@ApiTags('tokens')
@Controller('tokens')
export class TokensController {
  constructor(
    private readonly database: Database,
    private readonly create: CreateToken,
    private readonly revoke: RevokeToken,
    private readonly firstAdministrator: FirstAdministrator,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Allow('admin', 'auditor')
  @Answers(200, pageOf(tokenSchema), 'API tokens of Mandate itself, newest first; never their values')
  async list(@Query({ schema: z.strictObject(pageQuery) }) query: { limit: number; cursor?: string }) {
    const after = decodeCursor(query.cursor, 1);
    const rows = await this.database.read((tx) =>
      tx.use(ApiTokensRepository).page(query.limit + 1, after ? String(after[0]) : null),
    );
    const page = toPage(rows, query.limit, (row) => [row.id]);
    return { data: page.data.map((row) => this.present(row)), next: page.next };
  }

  @Post()
  @Allow('admin')
  @FreshSignIn()
  @AnswersSecret()
  @Answers(201, madeToken, 'Makes a token; its value is in this answer and nowhere else')
  async make(@Caller() actor: Actor, @Body({ schema: newToken }) body: z.output<typeof newToken>) {
    const { row, token } = await this.create.execute(actor, {
      name: body.name,
      roles: body.roles,
      expiresInDays: body.expiresInDays,
      ownerId: body.owner ?? null,
    });
    return { ...this.present(row), token };
  }

  @Post('first-administrator')
  @Allow('admin')
  @FreshSignIn()
  @AnswersSecret()
  @Answers(
    201,
    z.strictObject({ path: z.string(), expiresAt: z.iso.datetime() }).meta({ id: 'FirstAdministratorLink' }),
    'Makes the one-time link for the first administrator',
  )
  async invite(@Caller() actor: Actor) {
    const { secret, expiresAt } = await this.firstAdministrator.createLink(actor);
    return { path: `/api/v1/auth/first-administrator#${secret}`, expiresAt: expiresAt.toISOString() };
  }

  @Delete(':id')
  @Allow('admin')
  @Answers(204, null, 'Revokes a token at once')
  async end(
    @Caller() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @SeenVersion() seen: number,
  ): Promise<void> {
    await this.revoke.execute(actor, id, seen);
  }

  private present(row: ApiToken) {
    const status = row.revokedAt
      ? ('revoked' as const)
      : row.expiresAt <= this.clock.now()
        ? ('expired' as const)
        : ('active' as const);
    return {
      id: row.id,
      name: row.name,
      kind: row.kind,
      roles: row.roles,
      owner: row.ownerId,
      createdBy: row.createdBy,
      createdAt: row.createdAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
      lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
      revokedAt: row.revokedAt?.toISOString() ?? null,
      status,
      version: row.version,
    };
  }
}
