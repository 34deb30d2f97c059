import { join } from 'node:path';
import type { Client } from '../../../cli/client.js';
import { bold, note, severity } from '../../../cli/output.js';
import { ACQUIRED_UNIT, SOURCES } from '../organisation.js';
import { sourceNamed } from '../load/runs.js';
import { nameOf as nameOfPerson } from '../people.js';
import { WHO_SIGNS_IN } from '../sign-in.js';
import { TELLING } from './telling.js';

interface Identity {
  readonly id: string;
  readonly displayName: string;
  readonly managedBy: string;
  readonly nature: string;
  readonly kind: string;
  readonly aiUse: string;
  readonly owner: unknown;
  readonly unit: { readonly name: string } | null;
}
interface Finding {
  readonly check: string;
  readonly reason: string;
  readonly severity: string;
  readonly subject: { readonly type: string; readonly displayName: string | null };
  readonly identity: { readonly displayName: string } | null;
  readonly dueAt: string | null;
}
interface Coverage {
  readonly scope: { readonly id: string; readonly name: string; readonly state: string };
  readonly types: readonly {
    readonly resourceType: string;
    readonly gaps: readonly { readonly parent: string | null; readonly permission: string | null }[];
  }[];
}

/** Where this Mandate is reached, and where its data lies. */
export interface Place {
  readonly address: string;
  readonly folder: string;
  /** The CLI finds it there by itself. */
  readonly isUsualFolder: boolean;
}

/** The end of the start: what there is, who answers, what is wrong, what could not be seen, and where to look. */
export async function tellWhatWasFound(client: Client, { address, folder, isUsualFolder }: Place): Promise<void> {
  const [identities, credentials, findings, checks] = await Promise.all([
    client.list<Identity>('identities', {}, 100_000),
    client.list<{ id: string }>('credentials', {}, 100_000),
    client.list<Finding>('findings', { status: 'unresolved' }, 100_000),
    client.get<{ data: { id: string; outcomes: Record<string, number> }[] }>('checks'),
  ]);
  const governed = identities.filter(
    ({ managedBy, nature, kind }) => managedBy === 'us' && nature !== 'human' && kind !== 'group',
  );
  const by = (level: string): string => `${findings.filter((finding) => finding.severity === level).length} ${level}`;
  const unowned = governed.filter(({ owner }) => owner === null);
  const inHandover = unowned.filter(({ unit }) => unit?.name === ACQUIRED_UNIT).length;
  note('');
  paragraph('What there is', `${identities.length} identities, ${credentials.length} credentials`, [
    `${governed.length} identities are ours to govern: no person’s own, no provider’s; ${governed.filter(({ aiUse }) => aiUse === 'yes').length} of them use AI`,
  ]);
  paragraph('Who answers', `${governed.length - unowned.length} of the ${governed.length} have a named owner`, [
    `${inHandover} of the other ${unowned.length} came with ${ACQUIRED_UNIT}, and have a month to be given one`,
  ]);
  paragraph(
    'What is wrong',
    `${findings.length} findings: ${['critical', 'high', 'medium', 'low'].map(by).join(', ')}`,
    ['The worst stand beside things that look like them and are fine: src/demo/sample/truth.json lists both.'],
  );
  note('');
  tellTelling(findings);
  note('');
  await tellUnseen(client, checks.data);
  note('');
  tellWhere({ address, folder, isUsualFolder });
}

const paragraph = (head: string, text: string, more: readonly string[] = []): void => {
  note(`${bold(head.padEnd(16))}${text}`);
  for (const line of more) note(`${' '.repeat(16)}${line}`);
};

function tellTelling(findings: readonly Finding[]): void {
  const rows = TELLING.flatMap(({ check, reason, means }) => {
    const found = findings.find((finding) => finding.check === check && finding.reason === reason);
    return found ? [{ found, means }] : [];
  });
  const width = Math.max(...rows.map(({ found }) => nameOf(found).length)) + 2;
  for (const { found, means } of rows)
    note(
      `  ${severity(found.severity)}${' '.repeat(10 - found.severity.length)}${nameOf(found).padEnd(width)}${means}`,
    );
  note(`  ... and ${findings.length - rows.length} more`);
}

const nameOf = ({ subject, identity }: Finding): string =>
  subject.type === 'credential' && identity ? `key of ${identity.displayName}` : (subject.displayName ?? '?');

async function tellUnseen(client: Client, checks: readonly { outcomes: Record<string, number> }[]): Promise<void> {
  const aws = (await sourceNamed(client, SOURCES.aws))!;
  const { data } = await client.get<{ data: Coverage[] }>(`sources/${aws.id}/coverage`);
  const lines = data.flatMap(({ scope, types }) => {
    const place = `AWS account ${scope.name} (${scope.id})`;
    if (scope.state === 'unreadable') return [`${place}: nothing of it; the role that lets Mandate in is not there`];
    return types.flatMap(({ resourceType, gaps }) =>
      gaps.map(
        ({ parent, permission }) =>
          `${place}: ${resourceType}${parent ? ' of one user' : ''}${permission ? `, needs ${permission}` : ''}`,
      ),
    );
  });
  const unsure = checks.reduce((sum, { outcomes }) => sum + (outcomes['not-evaluated'] ?? 0), 0);
  paragraph('Not seen', lines[0] ?? 'nothing', [
    ...lines.slice(1),
    `${SOURCES.onPremises}: the last file was held back; ${SOURCES.legacy}: the last file breaks off`,
    `${unsure} outcomes are "not evaluated" for want of data; none of them counts as a pass`,
  ]);
}

function tellWhere({ address, folder, isUsualFolder }: Place): void {
  const mandate = `${isUsualFolder ? '' : `MANDATE_DATA_DIR=${folder} `}npm run mandate --`;
  const [administrator, auditor] = WHO_SIGNS_IN.map(nameOfPerson);
  paragraph('Sign in', `${address}/api/v1/auth/sign-in`, [
    `as ${administrator} (admin), ${auditor} (auditor) or anybody else of the sample: no password, you choose who to be`,
  ]);
  paragraph('Where to look', `${address}/docs describes the API. From another shell, in this folder:`);
  for (const [command, shows] of [
    ['finding list --severity critical', 'what is worst'],
    ['finding summary', 'how many by check'],
    ['identity list --owner none --ai-use yes', 'AI that nobody answers for'],
    ['identity list --q BedrockAPIKey', 'two that differ in one thing'],
    ['check list', 'every check, and what it says of how many'],
    [`source coverage "${SOURCES.aws}"`, 'what was seen, and what was not'],
    ['use-case list', 'what the agents are for'],
  ] as const)
    note(`  ${mandate} ${command.padEnd(43)}${shows}`);
  note(`\n  ${join(folder, 'admin-token')} signs in as the local administrator.`);
  note(`  Ctrl-C stops the demo; the next start goes on from here. Remove ${folder} to begin anew.\n`);
}
