import type { Visibility } from '../access-control/index.js';
import { personStanding } from '../people/index.js';
import { sql } from '../platform/database/index.js';
import type { FactColumn, FactContribution, Facts, Marks } from '../subjects/index.js';

/** Agents that authenticated as an identity and are retired. */
const RETIRED_AGENTS = `count(*) AS agents, max(a.valid_from) AS last FROM agent_identities l JOIN agents a ON a.id = l.agent_id WHERE a.status = 'retired'`;

/** What an identity (alias `i`) is for, and how risky that makes it. */
const SERVES = `count(DISTINCT u.id) FILTER (WHERE u.status = 'approved' AND u.approved_digest = u.digest) AS approved, count(DISTINCT u.id) FILTER (WHERE u.status <> 'retired' AND NOT (u.status = 'approved' AND u.approved_digest = u.digest)) AS unapproved,
      count(DISTINCT u.id) FILTER (WHERE u.status = 'retired') AS retired, max(u.valid_from) FILTER (WHERE u.status = 'retired') AS last_retired, max(risk_rank(u.risk_level)) FILTER (WHERE u.status = 'approved' AND u.approved_digest = u.digest) AS risk
    FROM use_case_links l JOIN use_cases u ON u.id = l.use_case_id WHERE l.removed_at IS NULL`;
const AGENTS = `FROM agent_identities ai JOIN agents a ON a.id = ai.agent_id WHERE a.status = 'active'`;
const purpose = (subject: FactContribution['subject']): FactContribution => ({
  subject,
  name: 'use-cases',
  joins: `LEFT JOIN LATERAL (SELECT ${SERVES} AND l.identity_id = i.id) serves ON true LEFT JOIN LATERAL (SELECT count(*) AS agents ${AGENTS} AND ai.identity_id = i.id) acts ON true`,
  joinsOfAll: `LEFT JOIN (SELECT l.identity_id, ${SERVES} GROUP BY l.identity_id) serves ON serves.identity_id = i.id
    LEFT JOIN (SELECT ai.identity_id, count(*) AS agents ${AGENTS} GROUP BY ai.identity_id) acts ON acts.identity_id = i.id`,
  columns: {
    useCasesApproved: { sql: 'coalesce(serves.approved, 0)', type: 'number' },
    useCasesUnapproved: { sql: 'coalesce(serves.unapproved, 0)', type: 'number' },
    agents: { sql: 'coalesce(acts.agents, 0)', type: 'number' },
    useCaseRisk: {
      sql: `CASE serves.risk WHEN 4 THEN 'critical' WHEN 3 THEN 'high' WHEN 2 THEN 'moderate' WHEN 1 THEN 'low' END`,
      type: 'text',
    },
    risk: {
      sql: `identity_risk(CASE serves.risk WHEN 4 THEN 'critical' WHEN 3 THEN 'high' WHEN 2 THEN 'moderate' WHEN 1 THEN 'low' END, i.privilege, i.environment, i.outside_trust)`,
      type: 'text',
    },
  },
});

const person = (alias: string): FactColumn => ({ sql: personStanding(alias), type: 'json' });

export function contributeUseCases(facts: Facts, marks: Marks, visibility: Visibility): void {
  for (const subject of ['identity', 'credential', 'grant'] as const) facts.contribute(purpose(subject));
  facts.contribute({
    subject: 'identity',
    name: 'retired purposes',
    after: ['use-cases'],
    joins: `LEFT JOIN LATERAL (SELECT ${RETIRED_AGENTS} AND l.identity_id = i.id) ended ON true`,
    joinsOfAll: `LEFT JOIN (SELECT l.identity_id, ${RETIRED_AGENTS} GROUP BY l.identity_id) ended ON ended.identity_id = i.id`,
    columns: {
      retiredPurposes: { sql: 'coalesce(serves.retired, 0) + coalesce(ended.agents, 0)', type: 'number' },
      lastRetiredAt: { sql: 'epoch_ms(greatest(serves.last_retired, ended.last))', type: 'instant' },
    },
  });

  facts.describe({
    subject: 'use-case',
    table: 'use_cases',
    from: 'FROM use_cases u',
    id: 'u.id',
    live: `u.status <> 'retired'`,
    name: 'u.name',
    scopeId: null,
    resourceType: null,
    parentExternalId: null,
    holderId: null,
    sourceId: null,
  });
  facts.contribute({
    subject: 'use-case',
    name: 'use-cases',
    joins:
      'LEFT JOIN persons sp ON sp.id = u.sponsor_id LEFT JOIN persons ap ON ap.id = u.approves_id LEFT JOIN persons mo ON mo.id = u.monitors_id LEFT JOIN persons re ON re.id = u.remediates_id',
    columns: {
      id: { sql: 'u.id', type: 'text' },
      name: { sql: 'u.name', type: 'text' },
      status: { sql: 'u.status', type: 'text' },
      createdAt: { sql: 'epoch_ms(u.created_at)', type: 'instant' },
      digestMatchesApproval: { sql: 'coalesce(u.approved_digest = u.digest, false)', type: 'boolean' },
      sponsor: person('sp'),
      approves: person('ap'),
      monitors: person('mo'),
      remediates: person('re'),
      dataScope: { sql: 'to_json(u.data_scope)', type: 'json' },
      likelihood: { sql: 'u.likelihood', type: 'number' },
      consequence: { sql: 'u.consequence', type: 'number' },
      riskLevel: { sql: 'u.risk_level', type: 'text' },
      euAiActClass: { sql: 'u.eu_ai_act_class', type: 'text' },
      loggingStandard: { sql: 'u.logging_standard', type: 'text' },
      controlObjective: { sql: 'u.control_objective', type: 'text' },
      reviewCadenceDays: { sql: 'u.review_cadence_days', type: 'number' },
      reviewDueAt: { sql: 'epoch_ms(u.review_due_at)', type: 'instant' },
      approvedAt: { sql: 'epoch_ms(u.approved_at)', type: 'instant' },
      unitId: { sql: 'u.unit_id', type: 'text' },
      permittedActions: { sql: 'cardinality(u.permitted_actions)', type: 'number' },
      outputUsers: { sql: 'u.output_users', type: 'text' },
      sponsorIsApprover: { sql: 'coalesce(u.sponsor_id = u.approves_id, false)', type: 'boolean' },
      approvers: {
        sql: `(SELECT count(DISTINCT p.approver) FROM use_case_approvals p WHERE p.use_case_id = u.id AND p.verdict = 'approved' AND p.digest = u.digest)`,
        type: 'number',
      },
      liveIdentities: {
        sql: '(SELECT count(DISTINCT l.identity_id) FROM use_case_links l JOIN identities li ON li.id = l.identity_id WHERE l.use_case_id = u.id AND l.removed_at IS NULL AND li.removed_at IS NULL)',
        type: 'number',
      },
    },
  });

  facts.describe({
    subject: 'agent',
    table: 'agents',
    from: 'FROM agents a',
    id: 'a.id',
    live: `a.status = 'active'`,
    name: 'a.name',
    scopeId: null,
    resourceType: null,
    parentExternalId: null,
    holderId: null,
    sourceId: null,
  });
  facts.contribute({
    subject: 'agent',
    name: 'use-cases',
    joins: `LEFT JOIN persons o ON o.id = a.owner_id LEFT JOIN LATERAL (
      SELECT count(*) FILTER (WHERE u.status = 'approved' AND u.approved_digest = u.digest) AS approved, count(*) FILTER (WHERE NOT (u.status = 'approved' AND u.approved_digest = u.digest)) AS unapproved
      FROM agent_use_cases l JOIN use_cases u ON u.id = l.use_case_id WHERE l.agent_id = a.id AND u.status <> 'retired') serves ON true`,
    columns: {
      id: { sql: 'a.id', type: 'text' },
      name: { sql: 'a.name', type: 'text' },
      status: { sql: 'a.status', type: 'text' },
      createdAt: { sql: 'epoch_ms(a.created_at)', type: 'instant' },
      owner: person('o'),
      useCasesApproved: { sql: 'serves.approved', type: 'number' },
      useCasesUnapproved: { sql: 'serves.unapproved', type: 'number' },
      liveIdentities: {
        sql: '(SELECT count(*) FROM agent_identities l JOIN identities li ON li.id = l.identity_id WHERE l.agent_id = a.id AND li.removed_at IS NULL)',
        type: 'number',
      },
      hasModel: { sql: 'a.model IS NOT NULL', type: 'boolean' },
      hasPrompt: { sql: 'a.prompt IS NOT NULL', type: 'boolean' },
      tools: { sql: 'jsonb_array_length(a.tools)', type: 'number' },
      guardrails: { sql: 'jsonb_array_length(a.guardrails)', type: 'number' },
      unpinnedParts: {
        sql: `(SELECT coalesce(json_agg(part->>'name' ORDER BY part->>'name'), '[]') FROM jsonb_array_elements(a.tools || a.guardrails || jsonb_build_array(a.model, a.prompt)) AS part
          WHERE jsonb_typeof(part) = 'object' AND part->>'version' IS NULL AND part->>'digest' IS NULL)`,
        type: 'json',
      },
    },
  });

  marks.contribute({
    from: 'use-case',
    to: 'identity',
    query: (marked) =>
      sql`SELECT DISTINCT identity_id AS id FROM use_case_links WHERE use_case_id IN (${marked}) AND removed_at IS NULL`,
  });
  marks.contribute({
    from: 'use-case',
    to: 'agent',
    query: (marked) => sql`SELECT DISTINCT agent_id AS id FROM agent_use_cases WHERE use_case_id IN (${marked})`,
  });
  // How many identities work for it: they come and go.
  marks.contribute({
    from: 'identity',
    to: 'use-case',
    alone: true,
    query: (marked) =>
      sql`SELECT DISTINCT use_case_id AS id FROM use_case_links WHERE identity_id IN (${marked}) AND removed_at IS NULL`,
  });
  marks.contribute({
    from: 'identity',
    to: 'agent',
    alone: true,
    query: (marked) => sql`SELECT DISTINCT agent_id AS id FROM agent_identities WHERE identity_id IN (${marked})`,
  });
  marks.contribute({
    from: 'person',
    to: 'use-case',
    query: (marked) =>
      sql`SELECT u.id FROM use_cases u WHERE u.sponsor_id IN (${marked}) OR u.approves_id IN (${marked}) OR u.monitors_id IN (${marked}) OR u.remediates_id IN (${marked})`,
  });
  marks.contribute({
    from: 'person',
    to: 'agent',
    query: (marked) => sql`SELECT id FROM agents WHERE owner_id IN (${marked})`,
  });

  visibility.place({ kind: 'use-case', scope: { unit: (row, value) => sql`${row}.unit_id = ${value}::uuid` } });
  visibility.relate({
    kind: 'use-case',
    name: 'answers for it',
    predicate: (row, person) =>
      sql`${person}::uuid IN (${row}.sponsor_id, ${row}.approves_id, ${row}.monitors_id, ${row}.remediates_id)`,
  });
  visibility.relate({
    kind: 'agent',
    name: 'answers for it, or sponsors what it serves',
    predicate: (row, person) =>
      sql`(${row}.owner_id = ${person}::uuid OR EXISTS (SELECT 1 FROM agent_use_cases l JOIN use_cases u ON u.id = l.use_case_id WHERE l.agent_id = ${row}.id AND u.sponsor_id = ${person}::uuid))`,
  });
  visibility.relate({
    kind: 'identity',
    name: 'sponsors its use case',
    predicate: (row, person) =>
      sql`EXISTS (SELECT 1 FROM use_case_links l JOIN use_cases u ON u.id = l.use_case_id WHERE l.identity_id = ${row}.id AND l.removed_at IS NULL AND u.sponsor_id = ${person}::uuid)`,
  });
}
