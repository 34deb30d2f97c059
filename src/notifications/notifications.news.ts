import { sql } from '../platform/database/index.js';
import type { Contributions } from './contributions.js';

/** What went wrong with telling people is told to the IAM team, on whatever way still works. */
export function contributeOwnNews(contributions: Contributions): void {
  contributions.tells({
    kind: 'message not delivered',
    one: 'message that could not be delivered',
    many: 'messages that could not be delivered',
    items: (since, until) =>
      sql`SELECT coalesce(p.display_name, 'a chat') || ': ' || coalesce(m.error, m.state) AS title FROM notification_messages m LEFT JOIN persons p ON p.id = m.person_id
        WHERE m.state IN ('failed', 'unknown') AND m.ended_at > ${since} AND m.ended_at <= ${until}`,
    path: '/settings/notifications/messages',
  });
  contributions.tells({
    kind: 'webhook switched off',
    one: 'webhook that was switched off because it failed',
    many: 'webhooks that were switched off because they failed',
    items: (since, until) =>
      sql`SELECT w.name || ': ' || w.disabled_because AS title FROM webhooks w WHERE w.removed_at IS NULL AND w.failing_since IS NOT NULL AND w.disabled_at > ${since} AND w.disabled_at <= ${until}`,
    path: '/settings/webhooks',
  });
}
