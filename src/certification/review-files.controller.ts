import { Readable } from 'node:stream';
import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Clock } from '../platform/clock/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  checked,
  READERS,
  readUpload,
  RequestTooLarge,
  ScopedToo,
  type UploadedFile,
} from '../platform/http/index.js';
import { csvLine } from './csv.js';
import { FindCampaign } from './find-campaign.js';
import { CSV_COLUMNS, ImportDecisions } from './operations/import-decisions.js';
import { type ItemRow, reviewerPage } from './queries/item-view.js';
import { completenessOf, qualityOf, type ResultRow, resultRows, signaturesOf } from './queries/results.js';
import { RemindersRepository } from './reminders.repository.js';
import { importedSchema, resultsSchema } from './results.schemas.js';
import { RiskAcceptancesRepository } from './risk-acceptances.repository.js';

const id = z.uuid();
const exportQuery = z.strictObject({ campaign: z.uuid().optional() });
const importFields = z.strictObject({ dryRun: z.enum(['true', 'false']).default('false') });
const PAGE = 200;
const RESULTS_PAGE = 1000;
const MAXIMUM_BYTES = 10 * 1024 * 1024;
const RESULT_COLUMNS = [
  'subject_type',
  'subject_id',
  'subject',
  'mode',
  'stage',
  'state',
  'verdict',
  'reason',
  'decided_by',
  'decided_at',
  'channel',
  'authentication',
  'evidence_hash',
  'cites',
  'reviewer',
  'route',
  'item',
];

/** Reviews as files: a spreadsheet out and back in, and what a campaign resulted in. */
@ApiTags('reviews')
@Controller()
export class ReviewFilesController {
  constructor(
    private readonly database: Database,
    private readonly find: FindCampaign,
    private readonly clock: Clock,
    private readonly importDecisions: ImportDecisions,
  ) {}

  @Get('review-items/export')
  @Allow('relation')
  @Answers(200, null, 'What is yours to decide as CSV, to fill in and send back')
  export(
    @Caller() actor: Actor,
    @Query({ schema: exportQuery }) query: z.output<typeof exportQuery>,
    @Res() reply: FastifyReply,
  ): void {
    const person = actor.person!;
    const page = (after: readonly unknown[] | null): Promise<ItemRow[]> =>
      this.database.read((tx) => reviewerPage(tx, person, { campaign: query.campaign }, PAGE, after));
    const lines = async function* (): AsyncGenerator<string> {
      yield csvLine(CSV_COLUMNS);
      for (let after: readonly unknown[] | null = null; ;) {
        const rows: ItemRow[] = await page(after);
        for (const row of rows) yield csvLine(cellsOf(JSON.parse(row.json) as ShownItem));
        const last = rows.at(-1);
        if (!last || rows.length < PAGE) return;
        after = [last.rank, last.id];
      }
    };
    void reply
      .header('content-disposition', 'attachment; filename="reviews.csv"')
      .type('text/csv; charset=utf-8')
      .send(Readable.from(lines()));
  }

  @Post('review-items/import')
  @Allow('relation')
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['file'],
      properties: {
        dryRun: {
          type: 'string',
          enum: ['true', 'false'],
          default: 'false',
          description: 'Only say what would be decided.',
        },
        file: { type: 'string', format: 'binary', description: 'Last part of the request.' },
      },
    },
  })
  @Answers(200, importedSchema, 'Takes decisions from a file that was exported; tells row by row what became of each')
  async import(@Caller() actor: Actor, @Req() request: FastifyRequest) {
    const upload = await readUpload(request, MAXIMUM_BYTES);
    const { dryRun } = await checked(importFields, upload.fields);
    const rows = await this.importDecisions.execute(actor, await textOf(upload), dryRun === 'true');
    const count = (result: string): number => rows.filter((row) => row.result === result).length;
    return {
      dryRun: dryRun === 'true',
      counts: { decided: count('decided'), skipped: count('skipped'), refused: count('refused') },
      rows,
    };
  }

  @Get('campaigns/:id/results')
  @ScopedToo()
  @Allow(...READERS)
  @Answers(200, resultsSchema, 'What a campaign resulted in, and how well it was decided')
  async results(@Caller() actor: Actor, @Param('id', { schema: id }) campaignId: string) {
    const campaign = await this.find.reached(actor, campaignId);
    return this.database.snapshot(async (tx) => {
      const completeness = await completenessOf(tx, campaignId);
      const population = campaign.population as { hash: string } | null;
      return {
        campaign: { id: campaign.id, name: campaign.name, status: campaign.status },
        completeness: {
          ...completeness,
          frozen: completeness.frozen ?? 0,
          matches:
            population !== null &&
            population.hash === completeness.hash &&
            completeness.frozen === completeness.present,
        },
        counts: campaign.counts,
        overdue:
          campaign.status === 'running' && new Date(campaign.dueAt as string) < this.clock.now()
            ? (campaign.counts as { open: number }).open
            : 0,
        quality: await qualityOf(tx, campaignId),
        signatures: await signaturesOf(tx, campaignId),
        acceptances: await tx.use(RiskAcceptancesRepository).page(null, campaignId, 200, null, this.clock.now()),
        reminders: await tx.use(RemindersRepository).history(campaignId),
        override: campaign.override,
      };
    });
  }

  @Get('campaigns/:id/results.csv')
  @ScopedToo()
  @Allow(...READERS)
  @Answers(200, null, 'Who decided what on which evidence, a row for every subject of the frozen population')
  async resultsAsCsv(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) campaignId: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.find.reached(actor, campaignId);
    const page = (after: ResultRow | null): Promise<ResultRow[]> =>
      this.database.read((tx) => resultRows(tx, campaignId, RESULTS_PAGE, after));
    const lines = async function* (): AsyncGenerator<string> {
      yield csvLine(RESULT_COLUMNS);
      for (let after: ResultRow | null = null; ;) {
        const rows: ResultRow[] = await page(after);
        for (const r of rows)
          yield csvLine([
            r.subjectType,
            r.subjectId,
            r.subject,
            r.mode,
            r.stage,
            r.state,
            r.verdict,
            r.reason,
            r.decidedBy,
            r.decidedAt,
            r.channel,
            r.authentication,
            r.evidenceHash,
            r.cites,
            r.reviewer,
            r.route,
            r.id,
          ]);
        after = rows.at(-1) ?? null;
        if (rows.length < RESULTS_PAGE) return;
      }
    };
    void reply
      .header('content-disposition', `attachment; filename="campaign-${campaignId}.csv"`)
      .type('text/csv; charset=utf-8')
      .send(Readable.from(lines()));
  }
}

async function textOf({ stream, isTruncated }: UploadedFile): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  if (isTruncated()) throw new RequestTooLarge('The file is larger than this address takes.');
  return Buffer.concat(pieces).toString('utf8');
}

/** What of an item goes into a row of a spreadsheet. */
interface ShownItem {
  readonly id: string;
  readonly version: number;
  readonly campaign: { readonly name: string };
  readonly subject: { readonly displayName: string | null };
  readonly risk: string | null;
  readonly evidenceHash: string | null;
  readonly recommendation: { readonly verdict: string | null; readonly because: string } | null;
  readonly evidence: {
    readonly identity?: { displayName: string };
    readonly lastUse?: { at: string | null };
    readonly reach?: unknown;
    readonly findings?: readonly { check: string }[];
  } | null;
  readonly decision: {
    readonly verdict: string;
    readonly reason: string | null;
    readonly grants: readonly string[];
  } | null;
}

function cellsOf({
  id: item,
  version,
  campaign,
  subject,
  risk,
  recommendation,
  evidence,
  evidenceHash,
  decision,
}: ShownItem): (string | number | null)[] {
  const reach = evidence?.reach;
  const grants = (Array.isArray(reach) ? reach : ((reach as { grants?: unknown[] } | undefined)?.grants ?? [])) as {
    can: string;
  }[];
  return [
    item,
    version,
    campaign.name,
    subject.displayName,
    evidence?.identity?.displayName ?? null,
    risk ?? 'unrated',
    recommendation?.verdict ?? null,
    recommendation?.because ?? null,
    evidence?.lastUse?.at ?? null,
    grants.map(({ can }) => can).join('; '),
    (evidence?.findings ?? []).map(({ check }) => check).join('; '),
    evidenceHash,
    decision?.verdict ?? null,
    decision?.reason ?? null,
    decision?.grants.join(' ') ?? null,
    null,
  ];
}
