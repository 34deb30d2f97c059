import { PARENT_UNIT } from '../organisation.js';
import { isoOf, type SampleTime } from '../sample-time.js';
import { ownerOf, type Row, toCsv } from './rows.js';
import { SAAS_ACCOUNTS } from './saas-accounts.js';

/** The spreadsheet as CSV in Mandate's format. */
export function saasFile(time: SampleTime): string {
  const known = isoOf(time.daysAgo(400));
  const used = (daysAgo: number | null): Row => ({
    last_used_at: daysAgo === null ? undefined : isoOf(time.daysAgo(daysAgo)),
    use_known_since: known,
  });
  const identities = SAAS_ACCOUNTS.map(({ id, at, owner, kind, ai, managedBy }): Row => ({
    entity: 'identity',
    id,
    name: id,
    kind: kind ?? 'service-account',
    created_at: isoOf(time.daysAgo(300)),
    owner: ownerOf(owner),
    environment: 'production',
    unit: PARENT_UNIT,
    managed_by: managedBy,
    custody: managedBy === undefined ? 'self-held' : 'vendor-held',
    ai_use: ai ? 'yes' : 'no',
    privilege: 'write',
    'attribute.service': at,
    ...used(2),
  }));
  const keys = SAAS_ACCOUNTS.flatMap(({ id: identity, keys: own }) =>
    own.map(({ id, issuedDaysAgo, endsInDays, usedDaysAgo, status, canExpire, ai, consumers }): Row => ({
      entity: 'credential',
      id,
      name: id,
      identity,
      kind: 'api-key',
      status: status ?? 'active',
      issued_at: issuedDaysAgo === null ? undefined : isoOf(time.daysAgo(issuedDaysAgo)),
      expires_at: endsInDays === null ? undefined : isoOf(time.daysAhead(endsInDays)),
      can_expire: canExpire,
      ai_service: ai,
      consumers,
      ...(usedDaysAgo === undefined ? {} : used(usedDaysAgo)),
    })),
  );
  return toCsv([...identities, ...keys]);
}
