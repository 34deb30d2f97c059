import type { CredentialKind, Iso, LastUse, PrivilegeStatement } from './records.js';

/** What Mandate tells about a credential of its own. The governor is governed. */
export interface OwnCredential {
  readonly id: string;
  readonly kind: CredentialKind;
  readonly name: string;
  readonly status: 'active' | 'disabled' | 'expired';
  readonly issuedAt: Iso | null;
  readonly expiresAt: Iso | null;
  /** The identity it authenticates as: who or what uses it. */
  readonly holder: { readonly id: string; readonly name: string; readonly kind: 'service-account' | 'workload' };
  readonly use: LastUse | null;
  /** User name of the person who answers for it. */
  readonly ownerUserName?: string;
  /** What can be done with it. */
  readonly privilege?: PrivilegeStatement;
  /** This installation makes it and replaces it by itself: nobody has to be asked about it. */
  readonly renewedByItself?: boolean;
}

/** Port: access-control (tokens), sync (source credentials) and audit (signing keys) each supply theirs. */
export interface OwnCredentials {
  ownCredentials(): Promise<readonly OwnCredential[]>;
}
