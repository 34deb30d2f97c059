import type { Emitted, LastUse, RowProblem } from '../sdk/index.js';
import { type ImportRow, rowSchema } from './row.schema.js';

export const TYPE_OF = {
  identity: 'file.identity',
  credential: 'file.credential',
  entitlement: 'file.entitlement',
  resource: 'file.resource',
  grant: 'file.grant',
} as const;

/** What a row says, or every field of it that cannot be taken. */
export function readRow(
  value: unknown,
  line: number,
  nameOf: (path: readonly PropertyKey[]) => string | null = dotted,
): readonly Emitted[] | RowProblem[] {
  const parsed = rowSchema.safeParse(value);
  if (parsed.success) return [emit(parsed.data)];
  return parsed.error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        line,
        field: nameOf([...issue.path, key.slice(0, 100)]),
        problem: 'is not a known field',
      }));
    if (issue.code === 'invalid_union')
      return [{ line, field: 'entity', problem: 'is none of identity, credential, entitlement, resource, grant' }];
    return [{ line, field: nameOf(issue.path), problem: issue.message }];
  });
}

const dotted = (path: readonly PropertyKey[]): string | null => (path.length === 0 ? null : path.map(String).join('.'));

function emit(row: ImportRow): Emitted {
  switch (row.entity) {
    case 'identity':
      return {
        record: {
          entity: 'identity',
          type: TYPE_OF.identity,
          id: row.id,
          name: row.name ?? row.id,
          kind: row.kind,
          status: row.status,
          createdAt: row.createdAt ?? null,
          tags: { ...row.tags, ...(row.owner === undefined ? {} : { owner: row.owner }) },
          ...(row.nature ? { nature: { value: row.nature, because: 'the imported file says so' } } : {}),
          ...(row.managedBy ? { managedBy: { value: row.managedBy, because: 'the imported file says so' } } : {}),
          ...(row.custody ? { custody: row.custody } : {}),
          ...(row.environment === undefined ? {} : { environment: row.environment }),
          ...(row.unit === undefined ? {} : { unit: row.unit }),
          ...(row.aiUse ? { aiUse: { value: row.aiUse, because: 'the imported file says so' } } : {}),
          ...(row.privilege
            ? { privilege: { level: row.privilege, because: ['the imported file says so'], notConsidered: [] } }
            : {}),
          ...(row.collection === undefined
            ? {}
            : {
                collection: {
                  id: row.collection,
                  name: row.collection,
                  template: 'imported',
                  because: 'the imported file says so',
                },
              }),
          ...(row.expectedUse
            ? {
                expectedUse: {
                  pattern: row.expectedUse.pattern,
                  nextDueAt: row.expectedUse.nextDueAt ?? null,
                  ...(row.expectedUse.everyDays ? { everyDays: row.expectedUse.everyDays } : {}),
                  approvedBy: row.expectedUse.approvedBy ?? null,
                  ...(row.expectedUse.approvedAt ? { approvedAt: row.expectedUse.approvedAt } : {}),
                  approvedUntil: row.expectedUse.approvedUntil ?? null,
                },
              }
            : {}),
          trusts: [],
          attributes: row.attributes ?? {},
        },
        ...use(row),
      };
    case 'credential':
      return {
        record: {
          entity: 'credential',
          type: TYPE_OF.credential,
          id: row.id,
          name: row.name ?? row.id,
          identity: { type: TYPE_OF.identity, id: row.identity },
          kind: row.kind,
          status: row.status,
          issuedAt: row.issuedAt ?? null,
          expiresAt: row.expiresAt ?? null,
          rotatedAt: row.rotatedAt ?? row.issuedAt ?? null,
          rotatedBasis: row.rotatedAt ? 'source' : row.issuedAt ? 'created' : 'unknown',
          canExpire: row.canExpire,
          aiService: row.aiService,
          ...(row.hint === undefined ? {} : { hint: row.hint }),
          ...(row.consumers ? { consumers: row.consumers } : {}),
          attributes: row.attributes ?? {},
        },
        ...use(row),
      };
    case 'entitlement':
      return {
        record: {
          entity: 'entitlement',
          type: TYPE_OF.entitlement,
          id: row.id,
          name: row.name ?? row.id,
          kind: row.kind,
          managedBy: 'us',
          aiService: row.aiService,
          privilege: {
            level: row.privilege,
            because: row.privilege === 'unknown' ? [] : ['the imported file says so'],
            notConsidered: row.privilege === 'unknown' ? ['the file does not say what it allows'] : [],
          },
          attributes: row.attributes ?? {},
        },
      };
    case 'resource':
      return {
        record: {
          entity: 'resource',
          type: TYPE_OF.resource,
          id: row.id,
          name: row.name ?? row.id,
          kind: row.kind,
          attributes: row.attributes ?? {},
        },
      };
    case 'grant':
      return {
        record: {
          entity: 'grant',
          type: TYPE_OF.grant,
          id: row.id ?? [row.identity, row.entitlement, row.resource ?? '', row.via ?? ''].join('|'),
          identity: { type: TYPE_OF.identity, id: row.identity },
          entitlement: { type: TYPE_OF.entitlement, id: row.entitlement },
          ...(row.resource === undefined ? {} : { resource: { type: TYPE_OF.resource, id: row.resource } }),
          ...(row.via === undefined ? {} : { via: { type: TYPE_OF.identity, id: row.via } }),
          attributes: row.attributes ?? {},
        },
        ...use(row),
      };
  }
}

/** A file that says nothing of use says nothing, not "never". */
function use(row: {
  lastUsedAt?: string | null | undefined;
  useKnownSince?: string | null | undefined;
  useKnownUntil?: string | null | undefined;
  lastUsedService?: string | undefined;
  lastUserAgent?: string | undefined;
}): { use?: LastUse } {
  if (row.lastUsedAt === undefined && row.useKnownSince === undefined) return {};
  const detail = {
    ...(row.lastUsedService ? { service: row.lastUsedService } : {}),
    ...(row.lastUserAgent ? { userAgent: row.lastUserAgent } : {}),
  };
  return {
    use: {
      ...(Object.keys(detail).length > 0 ? { detail } : {}),
      at: row.lastUsedAt ?? null,
      knownSince: row.useKnownSince ?? null,
      ...(row.useKnownUntil ? { knownUntil: row.useKnownUntil } : {}),
      precision: row.lastUsedAt ? 'exact' : 'none',
    },
  };
}
