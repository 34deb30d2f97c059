import { PARENT_UNIT } from '../organisation.js';
import { memberFor } from '../people.js';
import { isoOf, type SampleTime } from '../sample-time.js';
import { ownerOf, type Row, toCsv } from './rows.js';

const INTEGRATIONS = [
  'telex-bridge',
  'microfiche-index',
  'pager-relay',
  'dot-matrix-queue',
  'x25-gateway',
  'tape-robot',
  'modem-pool',
  'terminal-server',
];

/** A register somebody keeps by hand; its last export breaks off in the middle of a line. */
export function legacyRegister(time: SampleTime, of: 'whole' | 'broken'): string {
  const used = { last_used_at: isoOf(time.daysAgo(1)), use_known_since: isoOf(time.daysAgo(800)) };
  const identity = (id: string): Row => ({
    entity: 'identity',
    id,
    name: id,
    kind: 'workload',
    created_at: isoOf(time.daysAgo(1500)),
    owner: ownerOf(memberFor('Platform', id)),
    environment: 'on-premises',
    unit: PARENT_UNIT,
    nature: 'non-human',
    ai_use: 'no',
    privilege: 'read',
    ...used,
  });
  const key = (identityId: string, id: string, issuedDaysAgo: number): Row => ({
    entity: 'credential',
    id,
    name: id,
    identity: identityId,
    kind: 'client-secret',
    issued_at: isoOf(time.daysAgo(issuedDaysAgo)),
    expires_at: isoOf(time.daysAhead(300 - issuedDaysAgo)),
    ...used,
  });
  const whole = toCsv([
    ...INTEGRATIONS.map(identity),
    ...INTEGRATIONS.flatMap((id, at) => [
      key(id, `secret-${id}`, 30 + at),
      // One of them is being rotated right now.
      ...(id === 'tape-robot' ? [key(id, `secret-${id}-next`, 4)] : []),
    ]),
  ]);
  return of === 'whole' ? whole : `${whole}identity,"fax-over-ip`;
}
