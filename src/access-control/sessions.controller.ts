import { Controller, Delete, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Clock } from '../platform/clock/index.js';
import { Config } from '../platform/config/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  decodeCursor,
  hasRole,
  pageOf,
  pageQuery,
  ROLES,
  SeenVersion,
  toPage,
} from '../platform/http/index.js';
import { EndSession } from './operations/end-session.js';
import type { Session } from './session.entity.js';
import { SessionsRepository } from './sessions.repository.js';

const NOBODY = '00000000-0000-0000-0000-000000000000';
const scope = z.strictObject({
  unit: z.uuid().optional(),
  source: z.uuid().optional(),
  environment: z.string().optional(),
  tag: z.string().optional(),
});
const sessionSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    person: z.uuid().nullable(),
    roles: z.array(z.strictObject({ role: z.enum(ROLES), scope })),
    status: z.enum(['active', 'ended']),
    endedBecause: z
      .enum(['signed-out', 'person-left', 'expired', 'replaced', 'rules-changed', 'ended-by-another', 'revoked'])
      .nullable(),
    acr: z.string().nullable(),
    amr: z.array(z.string()),
    authenticatedAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    version: z.number().int(),
  })
  .meta({ id: 'Session' });
const sessionsQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(['active', 'all']).default('active').meta({ description: 'Those that stand, or ended ones too.' }),
});

@ApiTags('auth')
@Controller('sessions')
export class SessionsController {
  constructor(
    private readonly database: Database,
    private readonly end: EndSession,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Allow('admin', 'auditor', 'relation')
  @Answers(200, pageOf(sessionSchema), 'Who is signed in; without the role for it only your own sessions')
  async list(@Caller() actor: Actor, @Query({ schema: sessionsQuery }) query: z.output<typeof sessionsQuery>) {
    const after = decodeCursor(query.cursor, 1);
    const of = hasRole(actor, 'admin', 'auditor') ? null : (actor.person ?? NOBODY);
    const rows = await this.database.read((tx) =>
      tx.use(SessionsRepository).page(query.limit + 1, after ? String(after[0]) : null, of, query.status === 'active'),
    );
    const page = toPage(rows, query.limit, (row) => [row.id]);
    return { data: page.data.map((row) => this.present(row)), next: page.next };
  }

  @Delete(':id')
  @Allow('admin', 'relation')
  @Answers(204, null, 'Ends a session at once; needs If-Match')
  async stop(
    @Caller() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @SeenVersion() seen: number,
  ): Promise<void> {
    await this.end.execute(actor, id, seen, 'ended-by-another');
  }

  private present(row: Session) {
    const now = this.clock.now();
    const idleSince = new Date(now.getTime() - this.config.get('MANDATE_SESSION_IDLE_MINUTES') * 60_000);
    const isOver = row.endedAt !== null || row.expiresAt <= now || row.lastSeenAt <= idleSince;
    return {
      id: row.id,
      name: row.name,
      person: row.personId,
      roles: row.roles,
      status: isOver ? ('ended' as const) : ('active' as const),
      endedBecause: row.endedBecause ?? (isOver ? ('expired' as const) : null),
      acr: row.acr,
      amr: row.amr,
      authenticatedAt: row.authenticatedAt.toISOString(),
      lastSeenAt: row.lastSeenAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
      endedAt: row.endedAt?.toISOString() ?? null,
      version: row.version,
    };
  }
}
