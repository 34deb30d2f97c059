import { DomainError, type InputError } from '../platform/http/index.js';

export class RolesExcludeEachOther extends DomainError {
  readonly code = 'access.roles-exclude-each-other';
  readonly kind = 'invalid';
  override readonly details: { errors: readonly InputError[] };
  /** `among` = one of the two is held by another credential of the same person. */
  constructor(a: string, b: string, among: 'one' | 'several' = 'one') {
    super(
      among === 'one'
        ? `${a} and ${b} are duties that one credential must not hold together. Make two, for two people.`
        : `${a} and ${b} are duties that one person must not hold together, by whichever credentials. Give one of them to somebody else.`,
    );
    this.details = {
      errors: [
        {
          pointer: '/roles',
          detail:
            among === 'one' ? `holds both ${a} and ${b}` : `with what its owner holds already, comes to ${a} and ${b}`,
        },
      ],
    };
  }
}

export class RoleBeyondReach extends DomainError {
  readonly code = 'access.role-beyond-reach';
  readonly kind = 'forbidden';
  constructor(roles: readonly string[]) {
    super(
      `The local administrator cannot hand out ${roles.join(', ')}: those decide, approve, or make somebody who may. Use the first administrator's link ("mandate token first-admin").`,
    );
  }
}

export class LinkNotUsable extends DomainError {
  readonly code = 'access.link-not-usable';
  readonly kind = 'gone';
  constructor() {
    super(
      'This link is unknown, was used before, or has run out. Make a new one with "mandate token first-admin" on the machine Mandate runs on.',
    );
  }
}

export class AdministratorExists extends DomainError {
  readonly code = 'access.administrator-exists';
  readonly kind = 'conflict';
  constructor() {
    super('There is an administrator already; ask them for a token.');
  }
}

export class SignInNotConfigured extends DomainError {
  readonly code = 'access.sign-in-not-configured';
  readonly kind = 'missing';
  constructor() {
    super('Nobody can sign in here: no sign-in service is configured (MANDATE_OIDC_ISSUER). Use a token.');
  }
}

/** Whoever came back from the sign-in service is not let in: by it, by the people records, or by the duties their groups add up to. */
export class SignInRefused extends DomainError {
  readonly code = 'access.sign-in-refused';
  readonly kind = 'forbidden';
}

export class SignInServiceFailed extends DomainError {
  readonly code = 'access.sign-in-service-failed';
  readonly kind = 'unavailable';
  constructor(options?: ErrorOptions) {
    super('The sign-in service does not answer as it should. Try again in a minute.', options);
  }
}

/** A request with a session cookie that no page of ours can have sent. */
export class CrossSiteRequest extends DomainError {
  readonly code = 'access.cross-site-request';
  readonly kind = 'forbidden';
  constructor() {
    super(
      'A request that changes something needs the header X-CSRF-Token, with the value that /api/v1/auth/session gives, and must come from this site.',
    );
  }
}

/** What is asked for must not rest on a sign-in of this morning, or on a password alone. */
export class FreshSignInNeeded extends DomainError {
  readonly code = 'access.fresh-sign-in-needed';
  readonly kind = 'unauthenticated';
  override readonly details: Readonly<Record<string, unknown>>;
  override readonly challenge: string;
  constructor(maxAgeSeconds: number, acr: readonly string[]) {
    super('This needs a second factor, proved a short while ago. Sign in again at the address in "signIn".');
    this.details = { signIn: '/api/v1/auth/sign-in?stepUp=true', maxAgeSeconds };
    // RFC 9470
    this.challenge = `Bearer error="insufficient_user_authentication", max_age=${maxAgeSeconds}${acr.length > 0 ? `, acr_values="${acr.join(' ')}"` : ''}`;
  }
}
