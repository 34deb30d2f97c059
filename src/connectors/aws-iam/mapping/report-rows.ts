import type { CredentialRecord, Emitted, Iso, LastUse, Ref } from '../../sdk/index.js';
import { iso, KEYS_TRACKED_SINCE, later, PASSWORDS_TRACKED_SINCE } from './instants.js';

/** One row of a credential report, by the name of its column. */
export type ReportRow = Readonly<Record<string, string | undefined>>;

export const ROOT = '<root_account>';

/** Words that stand where there is nothing to say. */
const NOTHING = new Set(['', 'N/A', 'n/a', 'no_information', 'not_supported', 'None']);

/** A column that holds no time although it should. */
export class UnusableColumn extends Error {
  override readonly name = 'UnusableColumn';
  constructor(readonly column: string) {
    super(`${column} holds no time`);
  }
}

function instant(row: ReportRow, column: string): Iso | null {
  const text = row[column]?.trim() ?? '';
  if (NOTHING.has(text)) return null;
  try {
    return iso(text);
  } catch {
    throw new UnusableColumn(column);
  }
}

const isTrue = (row: ReportRow, column: string): boolean => row[column]?.trim().toLowerCase() === 'true';
const said = (row: ReportRow, column: string): string | undefined => {
  const text = row[column]?.trim() ?? '';
  return NOTHING.has(text) ? undefined : text;
};

/** When the report was made; null = a file, which does not say: then only a use is known, never that there was none. */
export type MadeAt = Iso | null;

const span = (madeAt: MadeAt, since: Iso): Pick<LastUse, 'knownSince' | 'knownUntil'> =>
  madeAt === null ? { knownSince: null, knownUntil: null } : { knownSince: since, knownUntil: madeAt };

export const createdIn = (row: ReportRow): Iso | null => instant(row, 'user_creation_time');

/** The password of a row, where there is one. Of the root AWS does not say whether it has one: it is shown with an unknown state. */
export function password(row: ReportRow, identity: Ref, owner: string, madeAt: MadeAt): Emitted[] {
  const isRoot = row.user === ROOT;
  const enabled = row.password_enabled?.trim().toLowerCase() ?? '';
  if (enabled !== 'true' && !(isRoot && NOTHING.has(row.password_enabled?.trim() ?? ''))) return [];
  const changedAt = instant(row, 'password_last_changed');
  const record: CredentialRecord = {
    entity: 'credential',
    type: 'aws.password',
    id: `${owner}#password`,
    name: `console password of ${isRoot ? 'the root' : (row.user ?? '')}`,
    identity,
    kind: 'password',
    status: isRoot ? 'unknown' : 'active',
    issuedAt: null,
    expiresAt: instant(row, 'password_next_rotation'),
    rotatedAt: changedAt,
    rotatedBasis: changedAt ? 'source' : 'unknown',
    attributes: { mfa: isTrue(row, 'mfa_active') },
  };
  const since = later(createdIn(row), PASSWORDS_TRACKED_SINCE);
  return [{ record, use: { at: instant(row, 'password_last_used'), ...span(madeAt, since), precision: '15m' } }];
}

/** The access keys of a row. The report has no key ids: the slot, and whose it is, stand in for them. */
export function keysInRow(
  row: ReportRow,
  type: 'aws.access-key' | 'aws.root-access-key',
  identity: Ref,
  madeAt: MadeAt,
): Emitted[] {
  return [1, 2].flatMap((slot): Emitted[] => {
    const column = (field: string) => `access_key_${slot}_${field}`;
    const isActive = isTrue(row, column('active'));
    const rotatedAt = instant(row, column('last_rotated'));
    // A slot that is neither active nor ever filled holds no key.
    if (!isActive && rotatedAt === null) return [];
    const record: CredentialRecord = {
      entity: 'credential',
      type,
      id: `${row.arn}#access-key-${slot}`,
      name: `access key ${slot} of ${row.user === ROOT ? 'the root' : (row.user ?? '')}`,
      identity,
      kind: 'access-key',
      status: isActive ? 'active' : 'disabled',
      issuedAt: rotatedAt,
      expiresAt: null,
      rotatedAt,
      rotatedBasis: rotatedAt ? 'source' : 'unknown',
    };
    const detail = {
      ...(said(row, column('last_used_service')) ? { service: said(row, column('last_used_service')) } : {}),
      ...(said(row, column('last_used_region')) ? { region: said(row, column('last_used_region')) } : {}),
    };
    const use: LastUse = {
      at: instant(row, column('last_used_date')),
      ...span(madeAt, later(rotatedAt, KEYS_TRACKED_SINCE)),
      precision: '15m',
      ...(Object.keys(detail).length > 0 ? { detail } : {}),
    };
    return [{ record, use }];
  });
}

/** The signing certificates of a row, by slot like its keys. The report does not say when they end. */
export function certificatesInRow(row: ReportRow, identity: Ref): Emitted[] {
  return [1, 2].flatMap((slot): Emitted[] => {
    const isActive = isTrue(row, `cert_${slot}_active`);
    const rotatedAt = instant(row, `cert_${slot}_last_rotated`);
    if (!isActive && rotatedAt === null) return [];
    const record: CredentialRecord = {
      entity: 'credential',
      type: 'aws.signing-certificate',
      id: `${row.arn}#cert-${slot}`,
      name: `signing certificate ${slot} of ${row.user ?? ''}`,
      identity,
      kind: 'signing-certificate',
      status: isActive ? 'active' : 'disabled',
      issuedAt: rotatedAt,
      expiresAt: null,
      rotatedAt,
      rotatedBasis: rotatedAt ? 'source' : 'unknown',
      attributes: { expiry: 'the report does not tell it' },
    };
    return [{ record }];
  });
}
