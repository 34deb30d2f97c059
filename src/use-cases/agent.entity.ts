import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A part of an agent that changes by version: a model, a prompt, a tool, a guardrail. The digest says what it is exactly. */
export interface AgentPart {
  readonly name: string;
  readonly version?: string | null | undefined;
  readonly digest?: string | null | undefined;
  readonly provider?: string | null | undefined;
}

/** An AI agent: it serves use cases and authenticates as identities. */
@Entity('agents')
export class Agent {
  @PrimaryColumn('uuid') id: string;
  @Column('text') name: string;
  @Column('text', { nullable: true }) description: string | null;
  @Column('uuid', { name: 'owner_id', nullable: true }) ownerId: string | null;
  @Column('jsonb', { nullable: true }) model: AgentPart | null;
  @Column('jsonb', { nullable: true }) prompt: AgentPart | null;
  @Column('jsonb') tools: AgentPart[];
  @Column('jsonb') guardrails: AgentPart[];
  @Column('text') digest: string;
  @Column('text') status: 'active' | 'retired';
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'valid_from' }) validFrom: Date;
  @Column('integer') version: number;
}
