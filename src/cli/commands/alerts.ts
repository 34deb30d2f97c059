import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { connect } from '../client.js';
import { type CommonOptions, positive, withOutput } from '../options.js';
import { note, print, printOne } from '../output.js';
import { personId } from './inventory.js';
import { getCommand, listCommand } from './list-command.js';

interface Message {
  readonly id: string;
  readonly kind: string;
  readonly person: { readonly displayName: string } | null;
  readonly channel: string;
  readonly state: string;
  readonly subject: string;
  readonly createdAt: string;
  readonly sentAt: string | null;
  readonly error: string | null;
}

export function notificationCommand(program: Command): void {
  const notification = program.command('notification').description('what people are told, and what became of it');
  listCommand<Message>(notification, {
    path: 'notifications',
    filters: { state: 'queued, sent, failed, unknown, superseded, cancelled', person: 'id of a person' },
    empty: 'Nothing was sent, and nothing waits to be.',
    columns: [
      { head: 'created', cell: (row) => row.createdAt },
      { head: 'to', cell: (row) => row.person?.displayName },
      { head: 'by', cell: (row) => row.channel },
      { head: 'state', cell: (row) => row.state },
      { head: 'sent', cell: (row) => row.sentAt },
      { head: 'subject', cell: (row) => row.subject },
      { head: 'error', cell: (row) => row.error },
      { head: 'id', cell: (row) => row.id },
    ],
  });
  getCommand(notification, 'notifications');
  withOutput(notification.command('resend'))
    .argument('<id>')
    .description('send the same words once more, as a message of its own')
    .action(async (id: string, { output }: CommonOptions) =>
      printOne(await connect().post(`notifications/${encodeURIComponent(id)}/resend`), output),
    );
  withOutput(notification.command('settings'))
    .option('--iam-team <id>', 'team that is told what is new')
    .option('--hour <n>', 'hour of the day digests come', wholeNumber)
    .option('--zone <name>', 'time zone, such as Europe/Zurich')
    .option('--manager-after <days>', 'days overdue until the manager is told', positive)
    .option('--head-after <days>', 'days overdue until the head of the unit is told', positive)
    .description('show what holds for everybody, or change it')
    .action(async (options: CommonOptions & Settings) => {
      const client = connect();
      const { body, etag } = await client.call<Current>('GET', 'notification-settings');
      const { iamTeam, hour, zone, managerAfter, headAfter } = options;
      if ([iamTeam, hour, zone, managerAfter, headAfter].every((value) => value === undefined)) {
        printOne({ ...body }, options.output);
        return;
      }
      const changed = await client.call<Record<string, unknown>>('PUT', 'notification-settings', {
        etag,
        body: {
          iamTeam: iamTeam ?? body.iamTeam?.id ?? null,
          digestHour: hour ?? body.digestHour,
          zone: zone ?? body.zone,
          managerAfterDays: managerAfter ?? body.managerAfterDays,
          headAfterDays: headAfter ?? body.headAfterDays,
        },
      });
      printOne(changed.body, options.output);
    });
  withOutput(notification.command('preferences'))
    .argument('<person>', 'id or user name')
    .option('--hour <n>', 'hour of the day their digest comes', wholeNumber)
    .option('--zone <name>', 'their time zone')
    .option('--quiet-hours <from-to>', 'local times nothing is delivered between, such as 20:00-07:00; "none" for none')
    .addOption(new Option('--mail <answer>', 'whether it comes by mail').choices(['yes', 'no']))
    .option('--chat <id...>', 'chats (webhooks) their digest goes to')
    .description('show when and how somebody is told, or change it')
    .action(async (who: string, options: CommonOptions & Preferences) => {
      const client = connect();
      const path = `people/${await personId(who)}/notification-preferences`;
      const { body, etag } = await client.call<CurrentPreferences>('GET', path);
      const { hour, zone, quietHours, mail, chat } = options;
      if ([hour, zone, quietHours, mail, chat].every((value) => value === undefined)) {
        printOne({ ...body }, options.output);
        return;
      }
      const [from, to] = (quietHours ?? '').split('-');
      const changed = await client.call<Record<string, unknown>>('PUT', path, {
        etag,
        body: {
          digestHour: hour ?? body.digestHour,
          zone: zone ?? body.zone,
          quietHours: quietHours === undefined ? body.quietHours : quietHours === 'none' ? null : { from, to },
          channels: {
            mail: mail === undefined ? body.channels.mail : mail === 'yes',
            webhooks: chat ?? body.channels.webhooks,
          },
        },
      });
      printOne(changed.body, options.output);
    });
}

interface Settings {
  readonly iamTeam?: string;
  readonly hour?: number;
  readonly zone?: string;
  readonly managerAfter?: number;
  readonly headAfter?: number;
}
interface Current {
  readonly iamTeam: { readonly id: string } | null;
  readonly digestHour: number;
  readonly zone: string;
  readonly managerAfterDays: number;
  readonly headAfterDays: number;
}
interface Preferences {
  readonly hour?: number;
  readonly zone?: string;
  readonly quietHours?: string;
  readonly mail?: 'yes' | 'no';
  readonly chat?: string[];
}
interface CurrentPreferences {
  readonly digestHour: number | null;
  readonly zone: string | null;
  readonly quietHours: { readonly from: string; readonly to: string } | null;
  readonly channels: { readonly mail: boolean; readonly webhooks: readonly string[] };
}

/** Midnight is an hour too. */
const wholeNumber = (value: string): number => (value === '0' ? 0 : positive(value));

interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly status: string;
  readonly disabledBecause: string | null;
  readonly failingSince: string | null;
}
interface Delivery {
  readonly id: string;
  readonly type: string;
  readonly state: string;
  readonly attempts: number;
  readonly createdAt: string;
  readonly log: readonly { readonly status: number | null; readonly error: string | null }[];
}

export function webhookCommand(program: Command): void {
  const webhook = program.command('webhook').description('systems and chats that are told what happens');
  listCommand<Webhook>(webhook, {
    path: 'webhooks',
    empty: 'No webhook yet. "mandate webhook create" makes one.',
    columns: [
      { head: 'name', cell: (row) => row.name },
      { head: 'kind', cell: (row) => row.kind },
      { head: 'url', cell: (row) => row.url },
      { head: 'events', cell: (row) => row.events.join(' ') },
      { head: 'status', cell: (row) => row.status },
      { head: 'failing since', cell: (row) => row.failingSince },
      { head: 'because', cell: (row) => row.disabledBecause },
      { head: 'id', cell: (row) => row.id },
    ],
  });
  getCommand(webhook, 'webhooks');
  withOutput(webhook.command('create'))
    .argument('<name>')
    .argument('<url>')
    .option('--kind <kind>', 'standard, slack or teams', 'standard')
    .option('--event <pattern...>', 'types of events: people.person-ended, people.* or *')
    .option('--digests', 'people may have their digest in this chat', false)
    .option('--news', 'this chat is told once a day what is new', false)
    .description('make a webhook; its secret is printed once')
    .action(
      async (
        name: string,
        url: string,
        options: CommonOptions & { kind: string; event?: string[]; digests: boolean; news: boolean },
      ) =>
        printOne(
          await connect().post('webhooks', {
            name,
            url,
            kind: options.kind,
            events: options.event ?? [],
            takesDigests: options.digests,
            takesNews: options.news,
          }),
          options.output,
        ),
    );
  for (const [verb, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const)
    withOutput(webhook.command(verb))
      .argument('<id>')
      .description(enabled ? 'switch it on; what waits is sent' : 'switch it off; what waits is kept')
      .action(async (id: string, { output }: CommonOptions) => {
        const client = connect();
        const { etag } = await client.call('GET', `webhooks/${id}`);
        printOne(
          (await client.call<Record<string, unknown>>('PATCH', `webhooks/${id}`, { etag, body: { enabled } })).body,
          output,
        );
      });
  webhook
    .command('remove')
    .argument('<id>')
    .description('remove it; its log stays')
    .action(async (id: string) => {
      const client = connect();
      const { etag } = await client.call('GET', `webhooks/${id}`);
      await client.call('DELETE', `webhooks/${id}`, { etag });
      note('Removed.');
    });
  withOutput(webhook.command('renew-secret'))
    .argument('<id>')
    .description('a new secret, printed once; the one before signs as well for a day')
    .action(async (id: string, { output }: CommonOptions) =>
      printOne(await connect().post(`webhooks/${id}/secret`), output),
    );
  withOutput(webhook.command('test'))
    .argument('<id>')
    .description('send an event that means nothing')
    .action(async (id: string, { output }: CommonOptions) =>
      printOne(await connect().post(`webhooks/${id}/test`), output),
    );
  withOutput(webhook.command('deliveries'))
    .argument('<id>')
    .option('--state <state>', 'queued, delivered, failed, unknown')
    .option('--limit <n>', 'how many', positive, 50)
    .description('what was sent, and what was answered')
    .action(async (id: string, { output, limit, state }: CommonOptions & { state?: string }) =>
      print(
        await connect().list<Delivery>(`webhooks/${id}/deliveries`, { state }, limit),
        [
          { head: 'created', cell: (row) => row.createdAt },
          { head: 'type', cell: (row) => row.type },
          { head: 'state', cell: (row) => row.state },
          { head: 'attempts', cell: (row) => row.attempts },
          { head: 'last answer', cell: (row) => row.log[0]?.status ?? row.log[0]?.error },
          { head: 'id', cell: (row) => row.id },
        ],
        output,
      ),
    );
  withOutput(webhook.command('replay'))
    .argument('<id>')
    .option('--delivery <id>', 'one delivery')
    .option('--since <instant>', 'all of a span of time')
    .option('--until <instant>')
    .description('send again: one delivery, or all of a span')
    .action(async (id: string, options: CommonOptions & { delivery?: string; since?: string; until?: string }) =>
      printOne(
        options.delivery
          ? await connect().post(`webhooks/${id}/deliveries/${options.delivery}/replay`)
          : await connect().post(`webhooks/${id}/replay`, { since: options.since, until: options.until }),
        options.output,
      ),
    );
}

export function siemCommand(program: Command): void {
  const siem = program.command('siem').description('findings and the audit log for a SIEM');
  siem
    .command('export')
    .option('--cursor-file <file>', 'where to read on from; written when everything was printed')
    .description('print OCSF events as JSON lines, from the beginning or from where the last export ended')
    .action(async ({ cursorFile }: { cursorFile?: string }) => {
      const client = connect();
      let cursor = cursorFile && existsSync(cursorFile) ? readFileSync(cursorFile, 'utf8').trim() : undefined;
      for (let more = true; more;) {
        const { body, headers } = await client.text(`siem/events${cursor ? `?cursor=${cursor}` : ''}`);
        if (body !== '') await new Promise<void>((done) => process.stdout.write(body, () => done()));
        cursor = headers.get('next-cursor') ?? cursor;
        more = headers.get('has-more') === 'true';
        // After each page, so that an export that is broken off repeats one page at the most, and skips none.
        if (cursorFile && cursor) writeFileSync(cursorFile, `${cursor}\n`);
      }
    });
}
