import { SecurityEventRefused } from './signals-errors.js';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
const RISC = 'https://schemas.openid.net/secevent/risc/event-type/';

/** What an event asks of us. */
export type Effect =
  | { readonly does: 'revoke-sessions' }
  | { readonly does: 'credential-change'; readonly credentialType: string; readonly changeType: string }
  | { readonly does: 'switch-off'; readonly reason: string | null; readonly purged: boolean }
  | { readonly does: 'switch-on' }
  /** A kind of event we do not act on: accepted, as RFC 8935 wants, and ignored. */
  | { readonly does: 'nothing' };

export function effectOf(event: string, payload: Readonly<Record<string, unknown>>): Effect {
  switch (event) {
    case `${CAEP}session-revoked`:
      return { does: 'revoke-sessions' };
    case `${CAEP}credential-change`: {
      const credentialType = word(payload.credential_type);
      const changeType = word(payload.change_type);
      if (!['create', 'revoke', 'update', 'delete'].includes(changeType)) throw nonconforming();
      return { does: 'credential-change', credentialType, changeType };
    }
    case `${RISC}account-disabled`:
      if (payload.reason !== undefined && payload.reason !== null) word(payload.reason);
      return { does: 'switch-off', reason: (payload.reason as string | undefined) ?? null, purged: false };
    case `${RISC}account-purged`:
      return { does: 'switch-off', reason: null, purged: true };
    case `${RISC}account-enabled`:
      return { does: 'switch-on' };
    default:
      return { does: 'nothing' };
  }
}

function word(value: unknown): string {
  if (typeof value !== 'string' || !/^[\x21-\x7e]{1,100}$/.test(value)) throw nonconforming();
  return value;
}

const nonconforming = (): SecurityEventRefused =>
  new SecurityEventRefused('invalid_request', 'The event does not hold what its kind requires.');
