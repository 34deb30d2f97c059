import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { IdentitiesRepository, SetOnIdentity } from '../../inventory/index.js';
import { PeopleRepository } from '../../people/index.js';
import { Clock } from '../../platform/clock/index.js';
import { digestOf, newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound, ReferenceUnknown } from '../../platform/http/index.js';
import { Marks } from '../../subjects/index.js';
import { Agent, type AgentPart } from '../agent.entity.js';
import { UseCaseNameTaken } from '../use-cases.errors.js';
import { AgentsRepository, UseCasesRepository } from '../use-cases.repository.js';

export interface AgentInput {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly owner?: string | null | undefined;
  readonly useCases?: readonly string[] | undefined;
  readonly identities?: readonly string[] | undefined;
  readonly model?: AgentPart | null | undefined;
  readonly prompt?: AgentPart | null | undefined;
  readonly tools?: readonly AgentPart[] | undefined;
  readonly guardrails?: readonly AgentPart[] | undefined;
  readonly status?: 'active' | 'retired' | undefined;
}

/** What an agent is, by digest: model, prompt, tools and guardrails. Their order does not matter. */
export const digestOfAgent = ({
  model,
  prompt,
  tools,
  guardrails,
}: Pick<Agent, 'model' | 'prompt' | 'tools' | 'guardrails'>): string => {
  const sorted = (parts: readonly AgentPart[]) => [...parts].sort((a, b) => (a.name < b.name ? -1 : 1));
  return digestOf({ model, prompt, tools: sorted(tools), guardrails: sorted(guardrails) });
};

/** Registers an agent, or changes it: what it is, what it serves, and what it authenticates as. */
@Injectable()
export class PutAgent {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly marks: Marks,
    private readonly setOnIdentity: SetOnIdentity,
    private readonly clock: Clock,
  ) {}

  async create(actor: Actor, input: AgentInput): Promise<string> {
    const now = this.clock.now();
    const agent = Object.assign(new Agent(), {
      id: newId(this.clock),
      name: input.name,
      description: input.description ?? null,
      ownerId: input.owner ?? null,
      model: input.model ?? null,
      prompt: input.prompt ?? null,
      tools: [...(input.tools ?? [])],
      guardrails: [...(input.guardrails ?? [])],
      status: 'active' as const,
      createdAt: now,
      validFrom: now,
      version: 1,
    });
    agent.digest = digestOfAgent(agent);
    await this.database.transaction(async (tx) => {
      const agents = tx.use(AgentsRepository);
      if (await agents.byName(agent.name)) throw new UseCaseNameTaken('agent');
      await assertReferences(tx, input);
      await agents.insert(agent);
      await this.tie(tx, actor, agent, input.useCases ?? [], input.identities ?? []);
      await this.audit.record(tx, {
        type: 'use-cases.agent-registered',
        actor,
        target: { type: 'agent', id: agent.id },
        data: { ...input, digest: agent.digest },
      });
    });
    return agent.id;
  }

  async change(actor: Actor, id: string, seen: number, input: Partial<AgentInput>): Promise<void> {
    await this.database.transaction(async (tx) => {
      const agents = tx.use(AgentsRepository);
      const agent = await agents.forChange(id);
      if (!agent) throw new NotFound('agent');
      assertUnchanged(agent, seen);
      if (input.name !== undefined && input.name !== agent.name && (await agents.byName(input.name)))
        throw new UseCaseNameTaken('agent');
      await assertReferences(tx, input);
      const digestBefore = agent.digest;
      Object.assign(agent, {
        name: input.name ?? agent.name,
        description: input.description === undefined ? agent.description : input.description,
        ownerId: input.owner === undefined ? agent.ownerId : input.owner,
        model: input.model === undefined ? agent.model : input.model,
        prompt: input.prompt === undefined ? agent.prompt : input.prompt,
        tools: input.tools ? [...input.tools] : agent.tools,
        guardrails: input.guardrails ? [...input.guardrails] : agent.guardrails,
        status: input.status ?? agent.status,
        validFrom: this.clock.now(),
        version: agent.version + 1,
      });
      agent.digest = digestOfAgent(agent);
      await agents.save(agent);
      const ties = await agents.ties(id);
      await this.tie(tx, actor, agent, input.useCases ?? ties.useCases, input.identities ?? ties.identities);
      await this.audit.record(tx, {
        type: 'use-cases.agent-changed',
        actor,
        target: { type: 'agent', id },
        data: { changed: input, digestBefore, digest: agent.digest },
      });
    });
  }

  /** The agent's links follow its ties; a retired agent keeps its ties as history and holds no link. */
  private async tie(
    tx: Tx,
    actor: Actor,
    agent: Agent,
    useCases: readonly string[],
    identities: readonly string[],
  ): Promise<void> {
    const agents = tx.use(AgentsRepository);
    const before = await agents.ties(agent.id);
    await agents.setTies(agent.id, useCases, identities);
    const wanted =
      agent.status === 'active'
        ? useCases.flatMap((useCaseId) => identities.map((identityId) => ({ useCaseId, identityId })))
        : [];
    const linked = await tx.use(UseCasesRepository).setLinks({ agentId: agent.id }, wanted, actor.id, this.clock.now());
    const touched = [...new Set([...before.identities, ...identities, ...linked])];
    await this.setOnIdentity.claim(tx, actor, await agents.claimedBy(touched));
    await this.marks.mark(tx, 'identity', ...touched);
    await this.marks.mark(tx, 'agent', agent.id);
    await this.marks.mark(tx, 'use-case', ...new Set([...before.useCases, ...useCases]));
  }
}

async function assertReferences(tx: Tx, input: Partial<AgentInput>): Promise<void> {
  if (input.owner && !(await tx.use(PeopleRepository).exists(input.owner)))
    throw new ReferenceUnknown('/owner', 'person');
  for (const [at, id] of (input.useCases ?? []).entries())
    if (!(await tx.use(UseCasesRepository).forChange(id))) throw new ReferenceUnknown(`/useCases/${at}`, 'use case');
  const live = await tx.use(IdentitiesRepository).live(input.identities ?? []);
  const unknown = (input.identities ?? []).findIndex((id) => !live.has(id));
  if (unknown >= 0) throw new ReferenceUnknown(`/identities/${unknown}`, 'identity');
}
