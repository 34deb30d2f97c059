import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RoleAssignment } from '../platform/http/index.js';

/** A bearer token of Mandate's own. Its value is shown once and kept as a hash only. */
@Entity('api_tokens')
export class ApiToken {
  @PrimaryColumn('uuid') id: string;
  @Column('text') name: string;
  @Column('text') kind: 'api' | 'local-admin';
  @Column('text', { name: 'token_hash' }) tokenHash: string;
  @Column('jsonb') roles: RoleAssignment[];
  @Column('uuid', { name: 'owner_id', nullable: true }) ownerId: string | null;
  @Column('text', { name: 'created_by' }) createdBy: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt: Date | null;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt: Date | null;
  @Column('integer') version: number;
}
