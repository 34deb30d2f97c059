import { membersOfTeams, peopleWhoAnswer } from '../catalogue/index.js';
import type { Contributions } from '../notifications/index.js';
import { type Sql, sql } from '../platform/database/index.js';
import { whoAnswersForRisks } from './risk-acceptances.repository.js';
import type { ReviewLinks } from './review-links.js';

/**
 * One row for each person and running campaign in which something of theirs, or of a team of theirs, is open. Who left answers no
 * more: what was theirs is on its way to somebody else.
 */
const owing = (campaigns: Sql, reviewers: Sql, now: Date): Sql => sql`
  SELECT p.id AS person_id, md5(c.id::text || p.id::text)::uuid AS item_id, CASE o.rank WHEN 0 THEN 'critical' WHEN 1 THEN 'high' WHEN 4 THEN 'low' ELSE 'medium' END AS severity, c.due_at,
    c.name || ': ' || o.items || CASE o.items WHEN 1 THEN ' item to decide' ELSE ' items to decide' END || CASE WHEN o.grave = 0 THEN '' ELSE ', ' || o.grave || ' of high risk or above' END AS title,
    c.id AS ref, (SELECT array_agg(s.due_at) FROM campaign_reminders s WHERE s.campaign_id = c.id AND s.step NOT LIKE 'escalate%') AS steps, called.called_at AS asked_at,
    (c.settings->'escalation'->>'managerAfterDays')::integer AS manager_after, (c.settings->'escalation'->>'campaignManagerAfterDays')::integer AS head_after, m.id AS named_id
  FROM (
    SELECT coalesce(t.person_id, open.reviewer_id) AS person_id, open.campaign_id, sum(open.items)::integer AS items, sum(open.grave)::integer AS grave, min(open.rank) AS rank
    FROM (SELECT r.campaign_id, r.reviewer_id, count(*) AS items, count(*) FILTER (WHERE r.rank <= 1) AS grave, min(r.rank) AS rank
      FROM (${campaigns}) running JOIN review_items r ON r.campaign_id = running.id WHERE r.state = 'open' AND r.mode NOT IN ('covered', 'carried') AND ${reviewers} GROUP BY 1, 2) open
    LEFT JOIN (${membersOfTeams}) t ON t.team_id = open.reviewer_id GROUP BY 1, 2) o
  JOIN campaigns c ON c.id = o.campaign_id JOIN (${peopleWhoAnswer(now)}) p ON p.id = o.person_id
  LEFT JOIN (${peopleWhoAnswer(now)}) m ON m.id = c.manager_id
  LEFT JOIN campaign_calls called ON called.campaign_id = c.id AND called.person_id = p.id`;

/** Whoever has to answer for what nobody decided has two weeks to. */
const ACCEPT_RISK_WITHIN_DAYS = 14;

/**
 * Open review items are owed by whoever is asked: told at the steps of their campaign, and late to the manager, then to who runs
 * it. What nobody decided is owed by whoever has to answer for it.
 */
export function contributeOwedReviews(contributions: Contributions, links: ReviewLinks): void {
  contributions.owes({
    kind: 'review',
    one: 'review to complete',
    many: 'reviews to complete',
    path: (personId) => `/reviews?reviewer=${personId}`,
    items: (asked, now) =>
      sql`SELECT owed.* FROM (${owing(
        sql`SELECT id FROM campaigns WHERE status = 'running'`,
        sql`r.reviewer_id IN (SELECT a.person_id FROM ${asked} AS a UNION SELECT mt.team_id FROM (${membersOfTeams}) mt JOIN ${asked} AS a ON a.person_id = mt.person_id)`,
        now,
      )}) owed JOIN ${asked} AS a ON a.person_id = owed.person_id`,
    course: {
      because: 'in a campaign you run',
      naming: (readers, now) =>
        owing(
          sql`SELECT id FROM campaigns WHERE status = 'running' AND manager_id IN (SELECT a.person_id FROM ${readers} AS a)`,
          sql`r.reviewer_id IS NOT NULL`,
          now,
        ),
      link: (tx, personId, campaign) => links.make(tx, personId, campaign),
    },
  });
  contributions.owes({
    kind: 'risk acceptance',
    one: 'risk to answer for',
    many: 'risks to answer for',
    path: (personId) => `/risk-acceptances?person=${personId}`,
    items: (asked, now) => sql`
      SELECT a.person_id, x.id AS item_id, 'high' AS severity, x.requested_at + make_interval(days => ${ACCEPT_RISK_WITHIN_DAYS}) AS due_at, c.name || ': ' || x.items || CASE x.items WHEN 1 THEN ' item' ELSE ' items' END || ' that nobody decided' AS title
      FROM ${asked} AS a JOIN (${whoAnswersForRisks(now)}) w ON w.person_id = a.person_id JOIN risk_acceptances x ON x.id = w.acceptance_id AND x.status = 'requested' JOIN campaigns c ON c.id = x.campaign_id`,
  });
}
