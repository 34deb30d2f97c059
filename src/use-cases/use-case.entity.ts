import { Column, Entity, PrimaryColumn } from 'typeorm';

export type UseCaseStatus = 'draft' | 'approved' | 'rejected' | 'retired';
export type RiskLevel = 'low' | 'moderate' | 'high' | 'critical';

/** An AI use case: what identities exist for. */
@Entity('use_cases')
export class UseCase {
  @PrimaryColumn('uuid') id: string;
  @Column('text') name: string;
  @Column('text') purpose: string;
  @Column('uuid', { name: 'sponsor_id', nullable: true }) sponsorId: string | null;
  @Column('uuid', { name: 'approves_id', nullable: true }) approvesId: string | null;
  @Column('uuid', { name: 'monitors_id', nullable: true }) monitorsId: string | null;
  @Column('uuid', { name: 'remediates_id', nullable: true }) remediatesId: string | null;
  @Column('text', { name: 'control_objective', nullable: true }) controlObjective: string | null;
  @Column('text', { name: 'data_scope', array: true }) dataScope: string[];
  @Column('text', { name: 'output_users', nullable: true }) outputUsers: string | null;
  @Column('text', { name: 'permitted_actions', array: true }) permittedActions: string[];
  @Column('integer', { nullable: true }) likelihood: number | null;
  @Column('integer', { nullable: true }) consequence: number | null;
  @Column('text', { name: 'risk_level', nullable: true }) riskLevel: RiskLevel | null;
  @Column('text', { name: 'eu_ai_act_class', nullable: true }) euAiActClass:
    'prohibited' | 'high' | 'limited' | 'minimal' | null;
  @Column('text', { name: 'logging_standard', nullable: true }) loggingStandard: string | null;
  @Column('integer', { name: 'review_cadence_days', nullable: true }) reviewCadenceDays: number | null;
  @Column('uuid', { name: 'unit_id', nullable: true }) unitId: string | null;
  @Column('text') status: UseCaseStatus;
  @Column('text', { name: 'approved_digest', nullable: true }) approvedDigest: string | null;
  @Column('text') digest: string;
  @Column('timestamptz', { name: 'approved_at', nullable: true }) approvedAt: Date | null;
  @Column('timestamptz', { name: 'review_due_at', nullable: true }) reviewDueAt: Date | null;
  @Column('text', { name: 'changed_by' }) changedBy: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'valid_from' }) validFrom: Date;
  @Column('integer') version: number;
}
