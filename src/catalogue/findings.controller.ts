import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Visibility } from '../access-control/index.js';
import { Checks } from '../checks/index.js';
import { AcknowledgeFinding, AssignFindings, CommentOnFinding, RequestException } from '../findings/index.js';
import { Clock } from '../platform/clock/index.js';
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
  WORKERS,
  SeenVersion,
  setVersion,
  ScopedToo,
  toPage,
} from '../platform/http/index.js';
import {
  assignment,
  assignmentReport,
  changedFinding,
  commentSchema,
  exceptionSchema,
  newComment,
  newException,
  findingEventSchema,
  findingSchema,
  findingsQuery,
  findingSummary,
} from './catalogue.schemas.js';
import { oneException } from './queries/exception-view.js';
import {
  findingComments,
  findingHistory,
  listFindings,
  oneFinding,
  summariseFindings,
} from './queries/finding-view.js';
import type { JsonRow } from './queries/identity-view.js';

const id = z.uuid();
const commentsQuery = z.strictObject(pageQuery);

@ApiTags('findings')
@Controller('findings')
@ScopedToo()
export class FindingsController {
  /** What a check adds to each of its findings, as JSON text ready to be put in. */
  private readonly additions = new Map<string, string>();

  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
    private readonly acknowledge: AcknowledgeFinding,
    private readonly clock: Clock,
    private readonly assigning: AssignFindings,
    private readonly commenting: CommentOnFinding,
    private readonly requesting: RequestException,
    checks: Checks,
  ) {
    for (const check of checks.all)
      this.additions.set(
        check.id,
        `"title":${JSON.stringify(check.title)},"remediation":${JSON.stringify(check.remediation)},"controls":${JSON.stringify(check.controls)}`,
      );
  }

  @Get()
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(findingSchema), 'Findings, by rank: what is severe, and what stands together, comes first')
  async list(
    @Caller() actor: Actor,
    @Query({ schema: findingsQuery }) query: z.output<typeof findingsQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const after = decodeCursor(query.cursor, 2);
    const rows = await this.database.read((tx) =>
      listFindings(tx, this.visibility.visibleTo(actor, 'finding', 'f'), query, query.limit + 1, after),
    );
    return jsonPage(
      reply,
      rows.map((row) => this.complete(row)),
      query.limit,
      (row) => [-row.rank, row.id],
    );
  }

  @Get('summary')
  @Allow(...READERS, 'relation')
  @Answers(200, findingSummary, 'How many are open, by check and severity')
  async summary(@Caller() actor: Actor) {
    return {
      data: await this.database.read((tx) =>
        summariseFindings(tx, this.visibility.visibleTo(actor, 'finding', 'f'), this.clock.now()),
      ),
      next: null,
    };
  }

  @Get(':id')
  @Allow(...READERS, 'relation')
  @Answers(200, findingSchema, 'One finding with its evidence and the controls it concerns')
  async read(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) findingId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    return this.one(await this.visible(actor, findingId), reply);
  }

  @Get(':id/history')
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(findingEventSchema), 'Opened, worsened, resolved, reopened: newest first')
  async history(@Caller() actor: Actor, @Param('id', { schema: id }) findingId: string) {
    await this.visible(actor, findingId);
    return { data: await this.database.read((tx) => findingHistory(tx, findingId)), next: null };
  }

  @Patch(':id')
  @Allow('iam-engineer', 'incident-responder', 'relation')
  @Answers(200, findingSchema, 'Takes note of a finding, or takes that back; needs If-Match')
  async change(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) findingId: string,
    @SeenVersion() seen: number,
    @Body({ schema: changedFinding }) body: z.output<typeof changedFinding>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    await this.visible(actor, findingId);
    await this.acknowledge.execute(actor, findingId, seen, body.status, body.comment ?? null);
    return this.one(await this.visible(actor, findingId), reply);
  }

  @Post('assign')
  @Allow('iam-engineer', 'incident-responder')
  @Answers(200, assignmentReport, 'Sends findings to a person, a team or a queue: all that are named, or none')
  assign(@Caller() actor: Actor, @Body({ schema: assignment }) body: z.output<typeof assignment>) {
    const visible = this.visibility.visibleTo(actor, 'finding', 'f');
    return this.assigning.execute(actor, body.findings, visible, body.to, body.comment ?? null);
  }

  @Get(':id/comments')
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(commentSchema), 'What people said about a finding, newest first')
  async comments(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) findingId: string,
    @Query({ schema: commentsQuery }) query: z.output<typeof commentsQuery>,
  ) {
    await this.visible(actor, findingId);
    const below = decodeCursor(query.cursor, 1);
    const rows = await this.database.read((tx) =>
      findingComments(tx, findingId, query.limit + 1, below === null ? null : Number(below[0])),
    );
    return toPage(rows, query.limit, (row) => [row.id]);
  }

  @Post(':id/comments')
  @Allow(...WORKERS, 'relation')
  @Answers(201, commentSchema, 'Says something about a finding; what is said stays')
  async comment(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) findingId: string,
    @Body({ schema: newComment }) body: z.output<typeof newComment>,
  ) {
    await this.visible(actor, findingId);
    await this.commenting.execute(actor, findingId, body.comment);
    return (await this.database.read((tx) => findingComments(tx, findingId, 1, null)))[0]!;
  }

  @Post(':id/exceptions')
  @Allow('iam-engineer', 'incident-responder', 'policy-author', 'relation')
  @Answers(201, exceptionSchema, 'Requests that a finding may stand for a time; somebody else decides')
  async except(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) findingId: string,
    @Body({ schema: newException }) body: z.output<typeof newException>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    await this.visible(actor, findingId);
    const here = await this.database.read((tx) =>
      this.visibility.narrowedTo(
        actor,
        'finding',
        'f',
        async (reachable) => (await oneFinding(tx, reachable, findingId)) !== null,
      ),
    );
    const exceptionId = await this.requesting.execute(here, findingId, body);
    const row = await this.database.read((tx) =>
      oneException(tx, this.visibility.visibleTo(actor, 'finding', 'f'), exceptionId),
    );
    if (!row) throw new NotFound('exception');
    return this.one(row, reply);
  }

  private async visible(actor: Actor, findingId: string): Promise<JsonRow> {
    const row = await this.database.read((tx) =>
      this.visibility.look(actor, 'finding', 'f', (visible) => oneFinding(tx, visible, findingId)),
    );
    if (!row) throw new NotFound('finding');
    return this.complete(row);
  }

  /** A check of an earlier release may be gone; its findings are not. */
  private complete<R extends JsonRow>(row: R): R {
    const check = /"check" : "([^"]+)"/.exec(row.json)?.[1] ?? '';
    return {
      ...row,
      json: `{${this.additions.get(check) ?? `"title":${JSON.stringify(check)},"remediation":"","controls":[]`},${row.json.slice(1)}`,
    };
  }

  private one(row: JsonRow, reply: FastifyReply): string {
    setVersion(reply, row.version);
    return jsonText(reply, row.json);
  }
}
