import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RoleAssignment } from '../platform/http/index.js';

export type SessionEnd =
  'signed-out' | 'person-left' | 'expired' | 'replaced' | 'rules-changed' | 'ended-by-another' | 'revoked';

/** Somebody who signed in, on one browser. The secret in their cookie is kept as a hash only. */
@Entity('sessions')
export class Session {
  @PrimaryColumn('uuid') id: string;
  @Column('text', { name: 'token_hash' }) tokenHash: string;
  @Column('text') issuer: string;
  @Column('text') subject: string;
  @Column('uuid', { name: 'person_id', nullable: true }) personId: string | null;
  @Column('text') name: string;
  @Column('jsonb') roles: RoleAssignment[];
  @Column('text', { name: 'rules_digest' }) rulesDigest: string;
  @Column('text', { nullable: true }) acr: string | null;
  @Column('text', { array: true }) amr: string[];
  @Column('timestamptz', { name: 'authenticated_at' }) authenticatedAt: Date;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'last_seen_at' }) lastSeenAt: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt: Date | null;
  @Column('text', { name: 'ended_because', nullable: true }) endedBecause: SessionEnd | null;
  @Column('integer') version: number;
}
