import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { connect } from '../client.js';
import { CommandFailed, EXIT } from '../exit.js';
import { type CommonOptions, withLimit, withOutput } from '../options.js';
import { note, print, printOne } from '../output.js';
import { personId } from './inventory.js';

interface Item {
  readonly id: string;
  readonly version: number;
  readonly campaign: { readonly name: string };
  readonly subject: { readonly displayName: string | null };
  readonly risk: string | null;
  readonly state: string;
  readonly routine: boolean;
  readonly recommendation: { readonly verdict: string | null; readonly because: string } | null;
  readonly decision: { readonly verdict: string } | null;
  readonly changes: readonly string[];
}
const COLUMNS = [
  { head: 'risk', cell: (row: Item) => row.risk ?? 'unrated' },
  { head: 'subject', cell: (row: Item) => row.subject.displayName },
  { head: 'recommended', cell: (row: Item) => row.recommendation?.verdict ?? 'nothing' },
  { head: 'because', cell: (row: Item) => row.recommendation?.because },
  { head: 'changed', cell: (row: Item) => row.changes.join('; ') },
  { head: 'decision', cell: (row: Item) => row.decision?.verdict },
  { head: 'campaign', cell: (row: Item) => row.campaign.name },
  { head: 'id', cell: (row: Item) => row.id },
];
const VERDICTS = ['keep', 'reduce', 'rotate', 'revoke', 'not-mine'];

export function reviewCommand(program: Command): void {
  const review = program.command('review').description('what you are asked to certify');
  withLimit(review.command('mine'))
    .option('--campaign <id>')
    .option('--state <state>', 'open or decided')
    .description('what is yours to decide, the gravest first')
    .action(async (options: CommonOptions & { campaign?: string; state?: string }) => {
      const items = await connect().list<Item>(
        'review-items',
        { reviewer: 'me', campaign: options.campaign, state: options.state },
        options.limit,
      );
      if (items.length === 0 && options.output === 'table') note('Nothing waits for you.');
      else print(items, COLUMNS, options.output);
    });
  withOutput(review.command('get'))
    .argument('<item>')
    .description('one item with its evidence')
    .action(async (id: string, { output }: CommonOptions) =>
      printOne(await connect().get(`review-items/${id}`), output),
    );
  withOutput(review.command('history'))
    .argument('<item>')
    .description('every decision on it, and every move')
    .action(async (id: string, { output }: CommonOptions) => {
      const { data } = await connect().get<{ data: { at: string; what: string; data: unknown }[] }>(
        `review-items/${id}/history`,
      );
      print(
        data,
        [
          { head: 'at', cell: (row) => row.at },
          { head: 'what', cell: (row) => row.what },
          { head: 'detail', cell: (row) => JSON.stringify(row.data) },
        ],
        output,
      );
    });
  withOutput(review.command('decide'))
    .argument('<item>')
    .argument('<verdict>', VERDICTS.join(', '))
    .option('--reason <text>')
    .option('--grant <id...>', 'the grants to take away, for reduce')
    .option('--proposed <person>', 'who should be asked, for not-mine')
    .description('decide an item; it can be changed until the campaign closes')
    .action(
      async (
        id: string,
        verdict: string,
        options: CommonOptions & { reason?: string; grant?: string[]; proposed?: string },
      ) => {
        if (!VERDICTS.includes(verdict))
          throw new CommandFailed(`"${verdict}" is no verdict: ${VERDICTS.join(', ')}.`, EXIT.usage);
        const client = connect();
        const { etag } = await client.call('GET', `review-items/${id}`);
        const { body } = await client.call<Record<string, unknown>>('POST', `review-items/${id}/decision`, {
          etag,
          body: {
            verdict,
            channel: 'cli',
            reason: options.reason ?? null,
            ...(options.grant ? { grants: options.grant } : {}),
            ...(options.proposed ? { proposed: await personId(options.proposed) } : {}),
          },
        });
        printOne(body, options.output);
      },
    );
  withOutput(review.command('keep'))
    .argument('<item...>')
    .description('keep several routine items at once, where the campaign allows it')
    .action(async (ids: string[], { output }: CommonOptions) => {
      const client = connect();
      const items: { id: string; version: number }[] = [];
      for (const id of ids) {
        const { version } = await client.get<Item>(`review-items/${id}`);
        items.push({ id, version });
      }
      printOne(await client.post('review-items/keep', { items }), output);
    });
  withOutput(review.command('sign'))
    .argument('<campaign>')
    .description('sign what you decided in a campaign')
    .action(async (campaign: string, { output }: CommonOptions) =>
      printOne(await connect().post(`campaigns/${campaign}/sign`), output),
    );
  review
    .command('export')
    .option('--campaign <id>')
    .description('what is yours as CSV, to fill in')
    .action(async (options: { campaign?: string }) => {
      const query = options.campaign ? `?campaign=${encodeURIComponent(options.campaign)}` : '';
      process.stdout.write((await connect().call<string>('GET', `review-items/export${query}`)).body);
    });
  withOutput(review.command('import'))
    .argument('<file>')
    .option('--dry-run', 'only say what would be decided', false)
    .description('take decisions from a file that was exported')
    .action(async (file: string, options: CommonOptions & { dryRun: boolean }) => {
      const form = new FormData();
      form.append('dryRun', String(options.dryRun));
      form.append('file', new Blob([readFileSync(file)]), basename(file));
      const { body } = await connect().call<{
        counts: { decided: number; refused: number };
        rows: {
          line: number;
          item: string;
          result: string;
          verdict: string | null;
          problem: { detail: string } | null;
        }[];
      }>('POST', 'review-items/import', { form });
      print(
        body.rows,
        [
          { head: 'line', cell: (row) => row.line },
          { head: 'item', cell: (row) => row.item },
          { head: 'result', cell: (row) => row.result },
          { head: 'verdict', cell: (row) => row.verdict },
          { head: 'problem', cell: (row) => row.problem?.detail },
        ],
        options.output,
        body,
      );
      if (body.counts.refused > 0) throw new CommandFailed(`${body.counts.refused} rows were refused.`, EXIT.partial);
    });
  withOutput(review.command('delegate'))
    .argument('<person>', 'id or user name of who decides for you')
    .requiredOption('--until <instant>', 'when it ends (2026-03-31T18:00:00Z)')
    .option('--from <instant>', 'when it begins; now without it')
    .option('--for <person>', 'whose reviews, for a campaign manager')
    .option('--out-of-office', 'say that it is an absence', false)
    .option('--reason <text>')
    .description('hand your reviews on until a date')
    .action(
      async (
        person: string,
        options: CommonOptions & { until: string; from?: string; for?: string; outOfOffice: boolean; reason?: string },
      ) =>
        printOne(
          await connect().post('delegations', {
            delegate: await personId(person),
            person: options.for ? await personId(options.for) : null,
            kind: options.outOfOffice ? 'out-of-office' : 'delegation',
            startsAt: options.from ?? null,
            endsAt: options.until,
            reason: options.reason ?? null,
          }),
          options.output,
        ),
    );
}
