import { type Sql, sql } from '../../platform/database/index.js';
import { peopleWhoAnswer } from './population.js';

/** Absences on record, past ones included: id. */
export const absencesOnRecord: Sql = sql`SELECT id FROM person_absences`;

/**
 * Who is away at an instant, and who stands in: absence_id, person_id, deputy_id, ends_at. The deputy is whom the absence names,
 * else the first of the person's own who can answer and is not away as well; without one there is no row.
 */
export const peopleAway = (now: Date): Sql => sql`SELECT a.id AS absence_id, a.person_id, stand.deputy_id, a.ends_at
  FROM person_absences a JOIN (${peopleWhoAnswer(now)}) p ON p.id = a.person_id
  JOIN LATERAL (SELECT d.id AS deputy_id FROM (SELECT a.deputy_id AS id, -1 AS place WHERE a.deputy_id IS NOT NULL UNION ALL SELECT pd.deputy_id, pd.place FROM person_deputies pd WHERE pd.person_id = a.person_id) d
    JOIN (${peopleWhoAnswer(now)}) able ON able.id = d.id
    WHERE d.id <> a.person_id AND NOT EXISTS (SELECT 1 FROM person_absences o WHERE o.person_id = d.id AND o.starts_at <= ${now} AND o.ends_at > ${now}) ORDER BY d.place LIMIT 1) stand ON true
  WHERE a.starts_at <= ${now} AND a.ends_at > ${now}`;
