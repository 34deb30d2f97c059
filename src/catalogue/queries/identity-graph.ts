import { sql, type Tx } from '../../platform/database/index.js';

export interface GraphNode {
  readonly id: string;
  readonly column: 'owner' | 'use-case' | 'agent' | 'identity' | 'credential' | 'entitlement';
  readonly label: string;
  readonly detail: string | null;
}
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly because: string;
}

/** Most nodes of one column that are worth a picture; the rest is a number. */
const CAP = 50;

/** Why an identity exists and what it can do: owner, use case, agent, identity, credential, entitlement, in six columns. */
export async function identityGraph(
  tx: Tx,
  identityId: string,
): Promise<{ nodes: GraphNode[]; edges: GraphEdge[]; left: Record<string, number> }> {
  const rows = await tx.run<{
    column: GraphNode['column'];
    id: string;
    label: string;
    detail: string | null;
    from: string;
    to: string;
    because: string;
    total: number;
  }>(sql`
    WITH i AS (SELECT * FROM identities WHERE id = ${identityId})
    SELECT 'owner' AS column, p.id, p.display_name AS label, o.state AS detail, p.id AS "from", i.id AS "to", 'answers for it (' || o.state || ')' AS because, 1 AS total
      FROM i JOIN ownerships o ON o.identity_id = i.id AND o.state <> 'ended' JOIN persons p ON p.id = o.owner_id
    UNION ALL SELECT 'use-case', u.id, u.name, u.status, u.id, coalesce(a.id, i.id), CASE WHEN a.id IS NULL THEN 'linked by hand' ELSE 'served by the agent' END, 1
      FROM i JOIN use_case_links l ON l.identity_id = i.id AND l.removed_at IS NULL JOIN use_cases u ON u.id = l.use_case_id LEFT JOIN agents a ON a.id = l.agent_id
    UNION ALL SELECT 'agent', a.id, a.name, a.status, a.id, i.id, 'authenticates as it', 1 FROM i JOIN agent_identities l ON l.identity_id = i.id JOIN agents a ON a.id = l.agent_id
    UNION ALL (SELECT 'credential', c.id, c.display_name, c.kind, i.id, c.id, 'holds it', count(*) OVER ()::int FROM i JOIN credentials c ON c.identity_id = i.id AND c.removed_at IS NULL ORDER BY c.display_name LIMIT ${CAP})
    UNION ALL (SELECT 'entitlement', e.id, e.display_name, e.privilege, i.id, e.id, CASE WHEN v.id IS NULL THEN 'granted directly' ELSE 'through ' || v.display_name END, count(*) OVER ()::int
      FROM i JOIN grants g ON g.identity_id = i.id AND g.removed_at IS NULL JOIN entitlements e ON e.id = g.entitlement_id LEFT JOIN identities v ON v.id = g.via_identity_id ORDER BY privilege_rank(e.privilege) DESC NULLS LAST, e.display_name LIMIT ${CAP})`);
  const [self] = await tx.sql<{
    id: string;
    label: string;
    detail: string;
  }>`SELECT id, display_name AS label, kind AS detail FROM identities WHERE id = ${identityId}`;
  const nodes = new Map<string, GraphNode>([[self!.id, { ...self!, column: 'identity' }]]);
  const left: Record<string, number> = {};
  for (const { column, id, label, detail, total } of rows) {
    nodes.set(id, { id, column, label, detail });
    if (total > CAP) left[column] = total - CAP;
  }
  return { nodes: [...nodes.values()], edges: rows.map(({ from, to, because }) => ({ from, to, because })), left };
}
