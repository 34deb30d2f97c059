import { Column, Entity, PrimaryColumn } from 'typeorm';

export type SourceStatus = 'never-read' | 'complete' | 'partial' | 'failed' | 'held';

/** One configured connection to a system that holds identities. */
@Entity('sources')
export class Source {
  @PrimaryColumn('uuid') id: string;
  @Column('text') name: string;
  @Column('text') connector: string;
  @Column('jsonb') config: Record<string, unknown>;
  @Column('text') status: SourceStatus;
  @Column('uuid', { name: 'unit_id', nullable: true }) unitId: string | null;
  @Column('text', { nullable: true }) schedule: string | null;
  @Column('timestamptz', { name: 'next_read_at', nullable: true }) nextReadAt: Date | null;
  @Column('double precision', { name: 'removal_share' }) removalShare: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('integer') version: number;
}
