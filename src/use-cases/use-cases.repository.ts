import { empty, raw, sql, type Tx } from '../platform/database/index.js';
import { Agent } from './agent.entity.js';
import { UseCase } from './use-case.entity.js';

const person = (alias: string) =>
  `CASE WHEN ${alias}.id IS NULL THEN NULL ELSE json_build_object('id', ${alias}.id, 'displayName', ${alias}.display_name) END`;

export interface UseCaseView {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly [field: string]: unknown;
}

const USE_CASE = sql`SELECT u.id, u.name, u.purpose, ${raw(person('sp'))} AS sponsor, ${raw(person('ap'))} AS approves, ${raw(person('mo'))} AS monitors, ${raw(person('re'))} AS remediates, u.control_objective AS "controlObjective", u.data_scope AS "dataScope",
  u.output_users AS "outputUsers", u.permitted_actions AS "permittedActions", json_build_object('likelihood', u.likelihood, 'consequence', u.consequence, 'level', u.risk_level) AS risk, u.eu_ai_act_class AS "euAiActClass", u.logging_standard AS "loggingStandard",
  CASE WHEN u.review_cadence_days IS NULL THEN NULL ELSE 'P' || u.review_cadence_days || 'D' END AS "reviewCadence", u.unit_id AS unit, u.status, u.digest, u.approved_digest AS "approvedDigest", iso(u.approved_at) AS "approvedAt", iso(u.review_due_at) AS "reviewDueAt",
  (SELECT count(DISTINCT l.identity_id)::int FROM use_case_links l WHERE l.use_case_id = u.id AND l.removed_at IS NULL) AS identities, (SELECT count(*)::int FROM agent_use_cases a WHERE a.use_case_id = u.id) AS agents,
  iso(u.created_at) AS "createdAt", u.version
  FROM use_cases u LEFT JOIN persons sp ON sp.id = u.sponsor_id LEFT JOIN persons ap ON ap.id = u.approves_id LEFT JOIN persons mo ON mo.id = u.monitors_id LEFT JOIN persons re ON re.id = u.remediates_id`;

const AGENT = sql`SELECT a.id, a.name, a.description, ${raw(person('o'))} AS owner, a.model, a.prompt, a.tools, a.guardrails, a.digest, a.status, iso(a.created_at) AS "createdAt", a.version,
  coalesce((SELECT json_agg(json_build_object('id', u.id, 'name', u.name) ORDER BY u.name) FROM agent_use_cases l JOIN use_cases u ON u.id = l.use_case_id WHERE l.agent_id = a.id), '[]') AS "useCases",
  coalesce((SELECT json_agg(json_build_object('id', i.id, 'displayName', i.display_name) ORDER BY i.display_name) FROM agent_identities l JOIN identities i ON i.id = l.identity_id WHERE l.agent_id = a.id), '[]') AS identities
  FROM agents a LEFT JOIN persons o ON o.id = a.owner_id`;

export interface UseCaseFilter {
  readonly q?: string | undefined;
  readonly name?: string | undefined;
  readonly status?: string | undefined;
  readonly risk?: string | undefined;
}

export class UseCasesRepository {
  constructor(private readonly tx: Tx) {}

  async view(id: string, visible = sql`TRUE`): Promise<UseCaseView | null> {
    return (await this.tx.run<UseCaseView>(sql`${USE_CASE} WHERE u.id = ${id} AND ${visible}`))[0] ?? null;
  }

  page(
    filter: UseCaseFilter,
    visible: ReturnType<typeof sql>,
    limit: number,
    after: readonly unknown[] | null,
  ): Promise<UseCaseView[]> {
    return this.tx
      .run<UseCaseView>(sql`${USE_CASE} WHERE ${visible} ${filter.q === undefined ? empty : sql`AND (u.name ILIKE ${`%${filter.q.replace(/[\\%_]/g, '\\$&')}%`})`}
      ${filter.name === undefined ? empty : sql`AND u.name = ${filter.name}`} ${filter.status === undefined ? empty : sql`AND u.status = ${filter.status}`} ${filter.risk === undefined ? empty : sql`AND u.risk_level = ${filter.risk}`}
      ${after === null ? empty : sql`AND (u.name, u.id) > (${after[0]}, ${after[1]}::uuid)`} ORDER BY u.name, u.id LIMIT ${limit}`);
  }

  forChange(id: string): Promise<UseCase | null> {
    return this.tx.orm(UseCase).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }
  byName(name: string): Promise<UseCase | null> {
    return this.tx.orm(UseCase).findOneBy({ name });
  }
  async insert(useCase: UseCase): Promise<void> {
    await this.tx.orm(UseCase).insert(useCase);
  }
  async save(useCase: UseCase): Promise<void> {
    await this.tx.orm(UseCase).save(useCase);
  }
  async addApproval(approval: {
    id: string;
    useCaseId: string;
    approver: string;
    verdict: string;
    comment: string | null;
    digest: string;
    at: Date;
  }): Promise<void> {
    await this.tx.sql`INSERT INTO use_case_approvals (id, use_case_id, approver, verdict, comment, digest, at)
      VALUES (${approval.id}, ${approval.useCaseId}, ${approval.approver}, ${approval.verdict}, ${approval.comment}, ${approval.digest}, ${approval.at})`;
  }
  approvals(
    useCaseId: string,
  ): Promise<{ id: string; approver: string; verdict: string; comment: string | null; digest: string; at: string }[]> {
    return this.tx
      .sql`SELECT id, approver, verdict, comment, digest, iso(at) AS at FROM use_case_approvals WHERE use_case_id = ${useCaseId} ORDER BY id DESC LIMIT 200`;
  }

  /** Identities linked by hand (not through an agent). */
  async linkedByHand(useCaseId: string): Promise<string[]> {
    return (
      await this.tx.sql<{
        id: string;
      }>`SELECT identity_id AS id FROM use_case_links WHERE use_case_id = ${useCaseId} AND agent_id IS NULL AND removed_at IS NULL`
    ).map(({ id }) => id);
  }

  /** Makes the live links of one agent (or those made by hand to one use case) exactly `wanted`. Returns the identities whose links changed. */
  async setLinks(
    by: { agentId: string } | { useCaseId: string },
    wanted: readonly { useCaseId: string; identityId: string }[],
    linkedBy: string,
    at: Date,
  ): Promise<string[]> {
    const agentId = 'agentId' in by ? by.agentId : null;
    const scope =
      'agentId' in by ? sql`l.agent_id = ${by.agentId}` : sql`l.agent_id IS NULL AND l.use_case_id = ${by.useCaseId}`;
    const pairs = sql`SELECT * FROM unnest(${wanted.map(({ useCaseId }) => useCaseId)}::uuid[], ${wanted.map(({ identityId }) => identityId)}::uuid[]) AS w(use_case_id, identity_id)`;
    const ended = await this.tx.sql<{
      id: string;
    }>`UPDATE use_case_links l SET removed_at = ${at}, valid_from = ${at} WHERE l.removed_at IS NULL AND ${scope}
      AND NOT EXISTS (SELECT 1 FROM (${pairs}) w WHERE w.use_case_id = l.use_case_id AND w.identity_id = l.identity_id) RETURNING l.identity_id AS id`;
    const made = await this.tx.sql<{
      id: string;
    }>`INSERT INTO use_case_links (id, use_case_id, identity_id, agent_id, linked_by, valid_from)
      SELECT gen_random_uuid(), w.use_case_id, w.identity_id, ${agentId}::uuid, ${linkedBy}, ${at} FROM (${pairs}) w
      WHERE NOT EXISTS (SELECT 1 FROM use_case_links l WHERE l.removed_at IS NULL AND ${scope} AND l.use_case_id = w.use_case_id AND l.identity_id = w.identity_id) RETURNING identity_id AS id`;
    return [...new Set([...ended, ...made].map(({ id }) => id))];
  }
}

export class AgentsRepository {
  constructor(private readonly tx: Tx) {}

  async view(id: string, visible = sql`TRUE`): Promise<UseCaseView | null> {
    return (await this.tx.run<UseCaseView>(sql`${AGENT} WHERE a.id = ${id} AND ${visible}`))[0] ?? null;
  }
  page(
    filter: {
      q?: string | undefined;
      name?: string | undefined;
      status?: string | undefined;
      useCase?: string | undefined;
    },
    visible: ReturnType<typeof sql>,
    limit: number,
    after: readonly unknown[] | null,
  ): Promise<UseCaseView[]> {
    return this.tx
      .run<UseCaseView>(sql`${AGENT} WHERE ${visible} ${filter.q === undefined ? empty : sql`AND a.name ILIKE ${`%${filter.q.replace(/[\\%_]/g, '\\$&')}%`}`} ${filter.name === undefined ? empty : sql`AND a.name = ${filter.name}`}
      ${filter.status === undefined ? empty : sql`AND a.status = ${filter.status}`} ${filter.useCase === undefined ? empty : sql`AND EXISTS (SELECT 1 FROM agent_use_cases l WHERE l.agent_id = a.id AND l.use_case_id = ${filter.useCase})`}
      ${after === null ? empty : sql`AND (a.name, a.id) > (${after[0]}, ${after[1]}::uuid)`} ORDER BY a.name, a.id LIMIT ${limit}`);
  }
  forChange(id: string): Promise<Agent | null> {
    return this.tx.orm(Agent).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }
  byName(name: string): Promise<Agent | null> {
    return this.tx.orm(Agent).findOneBy({ name });
  }
  async insert(agent: Agent): Promise<void> {
    await this.tx.orm(Agent).insert(agent);
  }
  async save(agent: Agent): Promise<void> {
    await this.tx.orm(Agent).save(agent as never);
  }
  async ties(agentId: string): Promise<{ useCases: string[]; identities: string[] }> {
    const useCases = await this.tx.sql<{
      id: string;
    }>`SELECT use_case_id AS id FROM agent_use_cases WHERE agent_id = ${agentId}`;
    const identities = await this.tx.sql<{
      id: string;
    }>`SELECT identity_id AS id FROM agent_identities WHERE agent_id = ${agentId}`;
    return { useCases: useCases.map(({ id }) => id), identities: identities.map(({ id }) => id) };
  }
  async setTies(agentId: string, useCases: readonly string[], identities: readonly string[]): Promise<void> {
    await this.tx.sql`DELETE FROM agent_use_cases WHERE agent_id = ${agentId} AND NOT (use_case_id = ANY(${useCases}))`;
    await this.tx
      .sql`INSERT INTO agent_use_cases (agent_id, use_case_id) SELECT ${agentId}, unnest(${useCases}::uuid[]) ON CONFLICT DO NOTHING`;
    await this.tx
      .sql`DELETE FROM agent_identities WHERE agent_id = ${agentId} AND NOT (identity_id = ANY(${identities}))`;
    await this.tx
      .sql`INSERT INTO agent_identities (agent_id, identity_id) SELECT ${agentId}, unnest(${identities}::uuid[]) ON CONFLICT DO NOTHING`;
  }
  /** Names of the live agents that authenticate as each of these identities. */
  async claimedBy(identities: readonly string[]): Promise<Map<string, string | null>> {
    const rows = await this.tx.sql<{
      id: string;
      name: string | null;
    }>`SELECT i AS id, (SELECT min(a.name) FROM agent_identities l JOIN agents a ON a.id = l.agent_id WHERE l.identity_id = i AND a.status = 'active') AS name FROM unnest(${identities}::uuid[]) AS i`;
    return new Map(rows.map(({ id, name }) => [id, name]));
  }
}
