import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A human of the organisation, as its people source tells. */
@Entity('persons')
export class Person {
  @PrimaryColumn('uuid') id: string;
  @Column('text') feed: string;
  @Column('text', { name: 'external_id' }) externalId: string;
  @Column('text', { name: 'user_name' }) userName: string;
  @Column('text', { name: 'display_name' }) displayName: string;
  @Column('text', { nullable: true }) email: string | null;
  @Column('text') status: 'active' | 'leave' | 'left';
  @Column('uuid', { name: 'manager_id', nullable: true }) managerId: string | null;
  @Column('text', { nullable: true }) department: string | null;
  @Column('text', { nullable: true }) position: string | null;
  @Column('text', { name: 'worker_type', nullable: true }) workerType: string | null;
  @Column('uuid', { name: 'unit_id', nullable: true }) unitId: string | null;
  @Column('timestamptz', { name: 'joined_at', nullable: true }) joinedAt: Date | null;
  @Column('timestamptz', { name: 'leaves_at', nullable: true }) leavesAt: Date | null;
  @Column('uuid', { name: 'merged_into', nullable: true }) mergedInto: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt: Date;
  @Column('integer') version: number;
}

/** A part of the organisation: what roles are scoped by. */
@Entity('units')
export class Unit {
  @PrimaryColumn('uuid') id: string;
  @Column('text') name: string;
  @Column('uuid', { name: 'parent_id', nullable: true }) parentId: string | null;
  @Column('uuid', { name: 'head_id', nullable: true }) headId: string | null;
  @Column('integer') version: number;
}

/** A staffed group. It operates things; it never answers for them alone. */
@Entity('teams')
export class Team {
  @PrimaryColumn('uuid') id: string;
  @Column('text') name: string;
  @Column('uuid', { name: 'unit_id', nullable: true }) unitId: string | null;
  /** The directory's group its members come from; null = it is staffed by hand. */
  @Column('uuid', { name: 'group_id', nullable: true }) groupId: string | null;
  @Column('integer') version: number;
}
