import { Body, Controller, Get, Param, Patch, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Visibility } from '../access-control/index.js';
import { ExplainSubject } from '../checks/index.js';
import { SetOnIdentity } from '../inventory/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  decodeCursor,
  jsonPage,
  jsonText,
  NotFound,
  pageOf,
  pageQuery,
  READERS,
  SeenVersion,
  setVersion,
  toPage,
  ScopedToo,
} from '../platform/http/index.js';
import {
  asOfQuery,
  changedIdentity,
  explanationSchema,
  grantSchema,
  grantsQuery,
  graphSchema,
  historySchema,
  identitiesQuery,
  identitySchema,
} from './catalogue.schemas.js';
import { listGrants } from './queries/grant-view.js';
import { identityGraph } from './queries/identity-graph.js';
import { identityHistory } from './queries/identity-history.js';
import { type JsonRow, listIdentities, oneIdentity } from './queries/identity-view.js';

const id = z.uuid();
const instant = (asOf: string | undefined): Date | null => (asOf === undefined ? null : new Date(asOf));

@ApiTags('identities')
@Controller('identities')
@ScopedToo()
export class IdentitiesController {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
    private readonly setOnIdentity: SetOnIdentity,
    private readonly explain: ExplainSubject,
  ) {}

  @Get()
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(identitySchema), 'Identities, by name')
  async list(
    @Caller() actor: Actor,
    @Query({ schema: identitiesQuery }) query: z.output<typeof identitiesQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const after = decodeCursor(query.cursor, 2);
    const rows = await this.database.read((tx) =>
      listIdentities(
        tx,
        this.visibility.visibleTo(actor, 'identity', 'i'),
        query,
        instant(query.asOf),
        query.limit + 1,
        after,
      ),
    );
    return jsonPage(reply, rows, query.limit, (row) => [row.k1, row.id]);
  }

  @Get(':id')
  @Allow(...READERS, 'relation')
  @Answers(200, identitySchema, 'One identity: what it is, who answers for it, what it is for, what it can do')
  async read(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) identityId: string,
    @Query({ schema: asOfQuery }) query: z.output<typeof asOfQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    return this.one(await this.visible(actor, identityId, instant(query.asOf)), reply);
  }

  @Patch(':id')
  @Allow('iam-engineer', 'admin')
  @Answers(200, identitySchema, 'Sets what a person knows better than the source, with a reason; needs If-Match')
  async change(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) identityId: string,
    @SeenVersion() seen: number,
    @Body({ schema: changedIdentity }) body: z.output<typeof changedIdentity>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    await this.visible(actor, identityId, null);
    const { reason, ...overrides } = body;
    await this.setOnIdentity.execute(actor, identityId, seen, overrides, reason);
    return this.one(await this.visible(actor, identityId, null), reply);
  }

  @Get(':id/grants')
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(grantSchema), 'What an identity may do, the strongest first')
  async grants(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) identityId: string,
    @Query({ schema: grantsQuery }) query: z.output<typeof grantsQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    await this.visible(actor, identityId, instant(query.asOf));
    const after = decodeCursor(query.cursor, 3);
    const rows = await this.database.read((tx) =>
      listGrants(tx, identityId, instant(query.asOf), query.limit + 1, after),
    );
    return jsonPage(reply, rows, query.limit, (row) => [-row.rank, row.k1, row.id]);
  }

  @Get(':id/graph')
  @Allow(...READERS, 'relation')
  @Answers(200, graphSchema, 'Why it exists and what it can do, as a graph of six columns')
  async graph(@Caller() actor: Actor, @Param('id', { schema: id }) identityId: string) {
    await this.visible(actor, identityId, null);
    return this.database.read((tx) => identityGraph(tx, identityId));
  }

  @Get(':id/history')
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(historySchema), 'What changed about it, newest first')
  async history(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) identityId: string,
    @Query({ schema: z.strictObject(pageQuery) }) query: { limit: number; cursor?: string },
  ) {
    await this.visible(actor, identityId, null);
    const after = decodeCursor(query.cursor, 1);
    const rows = await this.database.read((tx) =>
      identityHistory(tx, identityId, query.limit + 1, after ? String(after[0]) : null),
    );
    return toPage(rows, query.limit, (row) => [row.at]);
  }

  @Get(':id/outcomes')
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(explanationSchema), 'What every check says of it now, and why')
  async outcomes(@Caller() actor: Actor, @Param('id', { schema: id }) identityId: string) {
    await this.visible(actor, identityId, null);
    return { data: (await this.explain.execute('identity', identityId)) ?? [], next: null };
  }

  private async visible(actor: Actor, identityId: string, asOf: Date | null): Promise<JsonRow> {
    const row = await this.database.read((tx) =>
      this.visibility.look(actor, 'identity', 'i', (visible) => oneIdentity(tx, visible, identityId, asOf)),
    );
    if (!row) throw new NotFound('identity');
    return row;
  }

  private one(row: JsonRow, reply: FastifyReply): string {
    setVersion(reply, row.version);
    return jsonText(reply, row.json);
  }
}
