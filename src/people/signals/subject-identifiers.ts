import { SecurityEventRefused } from './signals-errors.js';

/** Names under which somebody may be known here: ids at the transmitter, and logins or addresses. */
export interface SubjectNames {
  readonly ids: readonly string[];
  readonly logins: readonly string[];
}

const MAXIMUM_ALIASES = 20;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The person a subject identifier (RFC 9493) stands for. Formats that name no person (a telephone number, a device, a
 * token) give no names, and so nobody; one that is not what its format says is refused.
 */
export function namesOf(subject: unknown, depth = 0): SubjectNames {
  if (!isObject(subject)) throw refused('The event names no subject.');
  // The first drafts wrote `subject_type`, and named the parts of a complex subject beside each other.
  const format = subject.format ?? subject.subject_type ?? (isObject(subject.user) ? 'complex' : '');
  switch (typeof format === 'string' ? format : '') {
    case 'email':
      return { ids: [], logins: [text(subject.email)] };
    case 'iss_sub':
    case 'iss-sub': {
      text(subject.iss);
      const sub = text(subject.sub);
      return { ids: [sub], logins: sub.includes('@') ? [sub] : [] };
    }
    case 'opaque':
      return { ids: [text(subject.id)], logins: [] };
    case 'account': {
      const uri = text(subject.uri);
      if (!uri.startsWith('acct:')) throw refused('The subject is not what its format says.');
      return { ids: [], logins: [uri.slice(5)] };
    }
    case 'complex':
      return subject.user === undefined ? NOBODY : namesOf(subject.user, depth);
    case 'aliases': {
      const { identifiers } = subject;
      // RFC 9493, 3.2.8: aliases do not nest.
      if (!Array.isArray(identifiers) || identifiers.length === 0 || identifiers.length > MAXIMUM_ALIASES || depth > 0)
        throw refused('The subject is not what its format says.');
      const all = identifiers.map((one) => namesOf(one, depth + 1));
      return { ids: all.flatMap(({ ids }) => ids), logins: all.flatMap(({ logins }) => logins) };
    }
    case '':
      throw refused('The subject has no format.');
    default:
      return NOBODY;
  }
}

const NOBODY: SubjectNames = { ids: [], logins: [] };

function text(value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.length > 500 || value.includes('\0'))
    throw refused('The subject is not what its format says.');
  return value;
}

const refused = (message: string): SecurityEventRefused => new SecurityEventRefused('invalid_request', message);
