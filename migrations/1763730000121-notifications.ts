import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Digests and when they are due, the outbox they leave by, webhooks with their log, and what was told to whom. */
export class Notifications1763730000121 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE TABLE notification_settings (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  -- Who is told what is new: the members of this team.
  iam_team_id uuid REFERENCES teams,
  digest_hour integer NOT NULL DEFAULT 8 CHECK (digest_hour BETWEEN 0 AND 23),
  zone text NOT NULL DEFAULT 'UTC',
  -- Days overdue after which the manager, and then the head of the unit, is told as well.
  manager_after_days integer NOT NULL DEFAULT 14 CHECK (manager_after_days > 0),
  head_after_days integer NOT NULL DEFAULT 28 CHECK (head_after_days > 0),
  -- What is new goes to chats too; people have a clock of their own.
  news_due_at timestamptz,
  news_until timestamptz,
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX notification_settings_of_team ON notification_settings (iam_team_id);
INSERT INTO notification_settings DEFAULT VALUES;

CREATE TABLE notification_preferences (
  person_id uuid PRIMARY KEY REFERENCES persons,
  -- Null = as everybody.
  digest_hour integer CHECK (digest_hour BETWEEN 0 AND 23),
  zone text,
  -- Local times between which nothing is delivered; both or none.
  quiet_from time,
  quiet_to time,
  by_mail boolean NOT NULL,
  webhooks uuid[] NOT NULL,
  version integer NOT NULL DEFAULT 1,
  CHECK ((quiet_from IS NULL) = (quiet_to IS NULL)),
  CHECK (by_mail OR webhooks <> '{}')
);

-- When somebody's next digest is worked out, whether or not they will owe anything then.
CREATE TABLE digest_clocks (
  person_id uuid PRIMARY KEY REFERENCES persons,
  due_at timestamptz NOT NULL,
  -- Their local day of the last one: there is one a day.
  last_day date,
  news_until timestamptz
);
CREATE INDEX digest_clocks_due ON digest_clocks (due_at);

CREATE TABLE webhooks (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('standard', 'slack', 'teams')),
  -- The whole address is sealed: that of a chat is a secret by itself.
  sealed_url text NOT NULL,
  shown_url text NOT NULL,
  sealed_secret text,
  -- Still signs beside the new one until then.
  sealed_secret_before text,
  secret_before_until timestamptz,
  -- Patterns of event types: findings.* or people.person-ended.
  events text[] NOT NULL,
  -- People may choose it for their digest; it takes what is new once a day.
  takes_digests boolean NOT NULL,
  takes_news boolean NOT NULL,
  status text NOT NULL CHECK (status IN ('enabled', 'disabled')),
  -- Why it is disabled: by somebody, or because it failed for days.
  disabled_because text,
  disabled_at timestamptz,
  failing_since timestamptz,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  removed_at timestamptz,
  version integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX webhooks_by_name ON webhooks (name) WHERE removed_at IS NULL;

-- How far the audit log was handed to webhooks. Entries are taken once no earlier one can still appear.
CREATE TABLE webhook_cursor (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  xid xid8 NOT NULL DEFAULT '0',
  entry_id bigint NOT NULL DEFAULT 0
);
INSERT INTO webhook_cursor DEFAULT VALUES;

CREATE TABLE webhook_deliveries (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  webhook_id uuid NOT NULL REFERENCES webhooks,
  -- The audit entry it tells of; null for a test.
  entry_id bigint,
  type text NOT NULL,
  payload jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('queued', 'sending', 'delivered', 'failed', 'unknown')),
  attempts integer NOT NULL DEFAULT 0,
  -- Who has it in hand; whoever was overtaken finds another value here and lets go.
  claim uuid,
  due_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  delivered_at timestamptz,
  UNIQUE (webhook_id, entry_id)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at, id) WHERE state = 'queued';
CREATE INDEX webhook_deliveries_sending ON webhook_deliveries (id) WHERE state = 'sending';
CREATE INDEX webhook_deliveries_of_webhook ON webhook_deliveries (webhook_id, created_at DESC, id DESC);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at) WHERE state NOT IN ('queued', 'sending');

-- The log: one row for each time something was sent.
CREATE TABLE webhook_attempts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  delivery_id uuid NOT NULL REFERENCES webhook_deliveries,
  at timestamptz NOT NULL,
  status integer,
  error text,
  excerpt text,
  took_ms integer NOT NULL
);
CREATE INDEX webhook_attempts_of_delivery ON webhook_attempts (delivery_id, id);

-- The outbox: a message exists from the moment it is decided on, whatever becomes of the server it leaves by.
CREATE TABLE notification_messages (
  id uuid PRIMARY KEY,
  -- Person, day, kind and channel: the same message is never written twice.
  key text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('digest', 'news')),
  -- What goes to one person on several channels is one digest.
  digest_id uuid NOT NULL,
  person_id uuid REFERENCES persons,
  -- Null = by mail.
  webhook_id uuid REFERENCES webhooks,
  -- The window of what is new; both null where nothing is told of it.
  news_since timestamptz,
  news_until timestamptz,
  subject text NOT NULL,
  text text NOT NULL,
  html text NOT NULL,
  counts jsonb NOT NULL,
  composed_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('queued', 'sending', 'handed', 'sent', 'failed', 'unknown', 'superseded', 'cancelled')),
  attempts integer NOT NULL DEFAULT 0,
  -- Who has it in hand; whoever was overtaken finds another value here and lets go.
  claim uuid,
  due_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  sent_to text,
  sent_at timestamptz,
  -- When it was given up, or when it became unknown what became of it.
  ended_at timestamptz,
  error text,
  resent_from uuid REFERENCES notification_messages
);
CREATE INDEX notification_messages_due ON notification_messages (due_at, id) WHERE state = 'queued';
CREATE INDEX notification_messages_underway ON notification_messages (id) WHERE state IN ('sending', 'handed');
CREATE INDEX notification_messages_of_person ON notification_messages (person_id, id);
CREATE INDEX notification_messages_of_webhook ON notification_messages (webhook_id) WHERE webhook_id IS NOT NULL;
CREATE INDEX notification_messages_of_digest ON notification_messages (digest_id);
CREATE INDEX notification_messages_resent_from ON notification_messages (resent_from) WHERE resent_from IS NOT NULL;
CREATE INDEX notification_messages_ended ON notification_messages (ended_at) WHERE state IN ('failed', 'unknown');
-- Words are kept for a while; that somebody was told, and of how much, for good.
CREATE INDEX notification_messages_with_words ON notification_messages (id) WHERE html <> '';
CREATE INDEX notification_messages_by_state ON notification_messages (state, id);

-- What somebody was last told of, and when: from this, and from when it is due, follows when they are told again.
CREATE TABLE told_items (
  person_id uuid NOT NULL REFERENCES persons,
  item_id uuid NOT NULL,
  -- Why they were told: it is theirs, or it is somebody's they manage, or somebody's in the unit they head.
  level text NOT NULL CHECK (level IN ('own', 'manager', 'head')),
  due_at timestamptz,
  told_at timestamptz NOT NULL,
  digest_id uuid NOT NULL,
  PRIMARY KEY (person_id, item_id, level)
);
CREATE INDEX told_items_of_digest ON told_items (digest_id);
CREATE INDEX told_items_by_age ON told_items (told_at);

-- The rung of the ladder that so many days before (or, negative, after) the due date stand on; 0 = not yet on it.
CREATE FUNCTION reminder_rung(days_left integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN days_left IS NULL THEN 1 WHEN days_left > 30 THEN 0 WHEN days_left > 14 THEN 1 WHEN days_left > 7 THEN 2 WHEN days_left > 3 THEN 3
  WHEN days_left > 1 THEN 4 WHEN days_left = 1 THEN 5 ELSE 6 + (greatest(-days_left, 0) / 7) END;
-- The same for whoever it is escalated to: from so many days overdue, then weekly.
CREATE FUNCTION escalation_rung(days_left integer, after_days integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN days_left IS NULL OR -days_left < after_days THEN 0 ELSE 1 + (-days_left - after_days) / 7 END;
-- Days on the calendar of a zone from one instant to another.
CREATE FUNCTION days_until(due timestamptz, t timestamptz, zone text) RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE
RETURN (due AT TIME ZONE zone)::date - (t AT TIME ZONE zone)::date;

-- The next time a clock in that zone shows the hour.
CREATE FUNCTION next_local_hour(t timestamptz, zone text, hour integer) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN ((t AT TIME ZONE zone)::date + make_time(hour, 0, 0)) AT TIME ZONE zone > t
  THEN ((t AT TIME ZONE zone)::date + make_time(hour, 0, 0)) AT TIME ZONE zone
  ELSE ((t AT TIME ZONE zone)::date + 1 + make_time(hour, 0, 0)) AT TIME ZONE zone END;

-- The instant itself, or the end of the quiet hours it falls into.
CREATE FUNCTION after_quiet(t timestamptz, zone text, quiet_from time, quiet_to time) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
  WHEN quiet_from IS NULL OR quiet_from = quiet_to THEN t
  WHEN quiet_from < quiet_to AND (t AT TIME ZONE zone)::time >= quiet_from AND (t AT TIME ZONE zone)::time < quiet_to
    THEN ((t AT TIME ZONE zone)::date + quiet_to) AT TIME ZONE zone
  WHEN quiet_from > quiet_to AND (t AT TIME ZONE zone)::time >= quiet_from
    THEN ((t AT TIME ZONE zone)::date + 1 + quiet_to) AT TIME ZONE zone
  WHEN quiet_from > quiet_to AND (t AT TIME ZONE zone)::time < quiet_to
    THEN ((t AT TIME ZONE zone)::date + quiet_to) AT TIME ZONE zone
  ELSE t END;

-- Still there to be told something.
CREATE FUNCTION is_there(status text, leaves_at timestamptz, t timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN status <> 'left' AND (leaves_at IS NULL OR leaves_at > t);

CREATE FUNCTION severity_rank(severity text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE severity WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 WHEN 'low' THEN 1 ELSE 0 END;
`;
