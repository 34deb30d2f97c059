import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Visibility } from '../access-control/index.js';
import { ExplainSubject } from '../checks/index.js';
import { Clock } from '../platform/clock/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  CREDENTIAL_READERS,
  decodeCursor,
  jsonPage,
  jsonText,
  NotFound,
  pageOf,
  setVersion,
  ScopedToo,
} from '../platform/http/index.js';
import { asOfQuery, credentialSchema, credentialsQuery, explanationSchema } from './catalogue.schemas.js';
import { listCredentials, oneCredential } from './queries/credential-view.js';
import type { JsonRow } from './queries/identity-view.js';

const id = z.uuid();

@ApiTags('credentials')
@Controller('credentials')
@ScopedToo()
export class CredentialsController {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
    private readonly explain: ExplainSubject,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Allow(...CREDENTIAL_READERS, 'relation')
  @Answers(200, pageOf(credentialSchema), 'Credentials, by name. Never their values: Mandate has none')
  async list(
    @Caller() actor: Actor,
    @Query({ schema: credentialsQuery }) query: z.output<typeof credentialsQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const after = decodeCursor(query.cursor, 2);
    const asOf = query.asOf === undefined ? null : new Date(query.asOf);
    const rows = await this.database.read((tx) =>
      listCredentials(
        tx,
        this.visibility.visibleTo(actor, 'credential', 'c'),
        query,
        this.clock.now(),
        asOf,
        query.limit + 1,
        after,
      ),
    );
    return jsonPage(reply, rows, query.limit, (row) => [row.k1, row.id]);
  }

  @Get(':id')
  @Allow(...CREDENTIAL_READERS, 'relation')
  @Answers(200, credentialSchema, 'One credential')
  async read(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) credentialId: string,
    @Query({ schema: asOfQuery }) query: z.output<typeof asOfQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const row = await this.visible(actor, credentialId, query.asOf === undefined ? null : new Date(query.asOf));
    setVersion(reply, row.version);
    return jsonText(reply, row.json);
  }

  @Get(':id/outcomes')
  @Allow(...CREDENTIAL_READERS, 'relation')
  @Answers(200, pageOf(explanationSchema), 'What every check says of it now, and why')
  async outcomes(@Caller() actor: Actor, @Param('id', { schema: id }) credentialId: string) {
    await this.visible(actor, credentialId, null);
    return { data: (await this.explain.execute('credential', credentialId)) ?? [], next: null };
  }

  private async visible(actor: Actor, credentialId: string, asOf: Date | null): Promise<JsonRow> {
    const row = await this.database.read((tx) =>
      oneCredential(tx, this.visibility.visibleTo(actor, 'credential', 'c'), credentialId, this.clock.now(), asOf),
    );
    if (!row) throw new NotFound('credential');
    return row;
  }
}
