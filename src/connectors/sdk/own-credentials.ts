import type { CredentialKind, Iso, LastUse } from './records.js';

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
}

/** Port: access-control (tokens), sync (source credentials) and audit (signing keys) each supply theirs. */
export interface OwnCredentials {
  ownCredentials(): Promise<readonly OwnCredential[]>;
}
