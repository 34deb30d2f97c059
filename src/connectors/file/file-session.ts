import type { ImportedFile, RawRow, ResourceType, Session } from '../sdk/index.js';
import { TYPE_OF } from './map-row.js';

/** Everything our own format can carry. Reading it needs nobody's leave. */
export const RESOURCE_TYPES: readonly ResourceType[] = [
  {
    id: TYPE_OF.identity,
    title: 'Imported identity',
    entity: 'identity',
    permissions: { read: [] },
    use: { horizonDays: null, lagHours: 0 },
  },
  { id: TYPE_OF.entitlement, title: 'Imported entitlement', entity: 'entitlement', permissions: { read: [] } },
  { id: TYPE_OF.resource, title: 'Imported resource', entity: 'resource', permissions: { read: [] } },
  {
    id: TYPE_OF.credential,
    title: 'Imported credential',
    entity: 'credential',
    permissions: { read: [] },
    canExpire: true,
    canDisable: false,
    use: { horizonDays: null, lagHours: 0 },
  },
  {
    id: TYPE_OF.grant,
    title: 'Imported grant',
    entity: 'grant',
    permissions: { read: [] },
    use: { horizonDays: null, lagHours: 0 },
  },
];

/** A session that reads one file: one scope, one reading. */
export function fileSession(file: ImportedFile, rows: () => AsyncIterable<readonly RawRow[]>): Session {
  return {
    validate: () => Promise.resolve({ account: file.sourceName }),
    scopes: () => Promise.resolve([{ id: 'file', name: file.sourceName, kind: 'file' }]),
    readings: [{ id: 'file', types: RESOURCE_TYPES.map(({ id }) => id), read: () => rows() }],
  };
}
