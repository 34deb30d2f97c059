import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Campaigns, the items they ask about, who decided what on which evidence. */
export class Certification1763730000172 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
-- What usage data says of the days before an instant: seen, not-seen (they are covered, it is old enough), or cannot-tell.
CREATE FUNCTION use_seen(last_used timestamptz, known_since timestamptz, known_until timestamptz, born timestamptz, at timestamptz, days integer, lag_hours integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN last_used > at - days * interval '1 day' THEN 'seen'
  WHEN known_since <= at - days * interval '1 day' AND known_until >= at - lag_hours * interval '1 hour' AND born <= at - days * interval '1 day' THEN 'not-seen'
  ELSE 'cannot-tell' END;

CREATE TABLE campaigns (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  -- A micro certification is made by an event and asks about what the event touched.
  kind text NOT NULL CHECK (kind IN ('campaign', 'micro')),
  template text,
  cloned_from_id uuid REFERENCES campaigns,
  scope jsonb NOT NULL,
  reviewers jsonb NOT NULL,
  no_response jsonb NOT NULL,
  settings jsonb NOT NULL,
  status text NOT NULL CHECK (status IN ('draft', 'launching', 'running', 'closing', 'closed', 'cancelled')),
  manager_id uuid REFERENCES persons,
  -- Decides what is sampled: drawn when the campaign is made, so that a preview and a launch draw the same.
  seed text NOT NULL,
  starts_at timestamptz,
  due_at timestamptz,
  due_days integer NOT NULL,
  closes_at timestamptz,
  recurrence_days integer,
  launched_at timestamptz,
  launched_by text,
  closed_at timestamptz,
  closed_by text,
  close_reason text,
  population_count integer,
  population_hash text,
  preflight jsonb,
  -- { reason, by, at, problems }: who launched although something spoke against it.
  override jsonb,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX campaigns_by_time ON campaigns (created_at DESC, id DESC);
CREATE INDEX campaigns_of_manager ON campaigns (manager_id);
CREATE INDEX campaigns_of_clone ON campaigns (cloned_from_id);
CREATE INDEX campaigns_at_work ON campaigns (status) WHERE status IN ('launching', 'running', 'closing');
CREATE INDEX campaigns_starting ON campaigns (starts_at) WHERE status = 'draft' AND starts_at IS NOT NULL;

-- No foreign keys: a row is frozen with the population, and a million of them are written in one statement.
CREATE TABLE review_items (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  campaign_id uuid NOT NULL,
  subject_type text NOT NULL,
  subject_id uuid NOT NULL,
  -- The identity it is, or that holds it; null for a collection asked as a whole.
  identity_id uuid,
  -- A person or a team; null = it routed to nobody.
  reviewer_id uuid,
  cites_item_id uuid,
  parent_id uuid,
  delegated_from uuid,
  decision_id uuid,
  decided_at timestamptz,
  version integer NOT NULL DEFAULT 1,
  -- What needs eyes comes first: 0 critical, 1 high, 2 moderate, 3 unrated, 4 low.
  rank smallint NOT NULL,
  stage smallint NOT NULL DEFAULT 1,
  -- asked alone; collection: asked once for many; covered by such a question; carried from the last time; outlier and sample of a collection or a carried share; second-look
  mode text NOT NULL,
  route text,
  state text NOT NULL DEFAULT 'open',
  verdict text,
  PRIMARY KEY (id, campaign_id)
) PARTITION BY LIST (campaign_id);
CREATE INDEX review_items_of_reviewer ON review_items (campaign_id, reviewer_id, rank, id);
CREATE INDEX review_items_of_subject ON review_items (campaign_id, subject_id);
CREATE TABLE review_items_rest PARTITION OF review_items DEFAULT;

-- What the reviewer is shown, as it was when the population was frozen, and its hash.
CREATE TABLE review_evidence (
  campaign_id uuid NOT NULL,
  item_id uuid NOT NULL,
  evidence jsonb NOT NULL,
  hash text NOT NULL,
  recommended text,
  because text NOT NULL,
  rule text NOT NULL,
  use text NOT NULL CHECK (use IN ('seen', 'not-seen', 'cannot-tell')),
  risk text,
  routine boolean NOT NULL,
  stale boolean NOT NULL,
  subject_name text NOT NULL,
  frozen_at timestamptz NOT NULL,
  PRIMARY KEY (campaign_id, item_id)
);

-- Every decision, also those that were changed afterwards. Append-only.
CREATE TABLE review_decisions (
  id uuid PRIMARY KEY,
  item_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  stage smallint NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('keep', 'reduce', 'rotate', 'revoke', 'not-mine')),
  reason text,
  detail jsonb NOT NULL,
  decided_by uuid NOT NULL REFERENCES persons,
  actor text NOT NULL,
  authentication jsonb NOT NULL,
  channel text NOT NULL,
  shown_at timestamptz,
  decided_at timestamptz NOT NULL,
  evidence_hash text,
  bulk boolean NOT NULL,
  against_advice boolean NOT NULL,
  -- What the campaign's rule about haste says of it: null, flagged, reason-required, second-reviewer.
  haste text
);
CREATE INDEX review_decisions_of_item ON review_decisions (item_id, id);
CREATE INDEX review_decisions_of_person ON review_decisions (decided_by, campaign_id, decided_at);
CREATE INDEX review_decisions_of_campaign ON review_decisions (campaign_id, id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON review_decisions FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Who signed which set of decisions.
CREATE TABLE review_signatures (
  id uuid PRIMARY KEY,
  campaign_id uuid NOT NULL REFERENCES campaigns,
  person_id uuid NOT NULL REFERENCES persons,
  actor text NOT NULL,
  authentication jsonb NOT NULL,
  statement text NOT NULL,
  decisions integer NOT NULL,
  decisions_hash text NOT NULL,
  counts jsonb NOT NULL,
  signed_at timestamptz NOT NULL
);
CREATE INDEX review_signatures_of ON review_signatures (campaign_id, person_id);
CREATE INDEX review_signatures_of_person ON review_signatures (person_id);

-- Why an item moved from one reviewer to another.
CREATE TABLE review_item_moves (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  item_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  from_id uuid,
  to_id uuid,
  because text NOT NULL,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX review_item_moves_of ON review_item_moves (item_id, id);

-- Who decides for whom until when.
CREATE TABLE delegations (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES persons,
  delegate_id uuid NOT NULL REFERENCES persons,
  kind text NOT NULL CHECK (kind IN ('delegation', 'out-of-office')),
  reason text,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  started_at timestamptz,
  ended_at timestamptz,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1,
  CHECK (person_id <> delegate_id),
  CHECK (ends_at > starts_at)
);
CREATE INDEX delegations_of_person ON delegations (person_id);
CREATE INDEX delegations_to ON delegations (delegate_id);
CREATE INDEX delegations_turning ON delegations (starts_at, ends_at) WHERE ended_at IS NULL;

-- When who has to be told of what they owe. Sent once; what was missed is told once, not five times.
CREATE TABLE campaign_reminders (
  campaign_id uuid NOT NULL REFERENCES campaigns,
  step text NOT NULL,
  due_at timestamptz NOT NULL,
  sent_at timestamptz,
  told integer,
  PRIMARY KEY (campaign_id, step)
);
CREATE INDEX campaign_reminders_due ON campaign_reminders (due_at) WHERE sent_at IS NULL;

-- The last decision there is about a subject: what the next campaign shows, and may carry forward.
CREATE TABLE attestations (
  subject_type text NOT NULL,
  subject_id uuid NOT NULL,
  campaign_id uuid NOT NULL REFERENCES campaigns,
  item_id uuid NOT NULL,
  verdict text NOT NULL,
  reason text,
  decided_by uuid,
  decided_at timestamptz NOT NULL,
  -- The population it was decided on was frozen then: what moved since has changed.
  frozen_at timestamptz NOT NULL,
  -- Of a collection: digest of the entitlements that were approved for its members.
  shape uuid,
  risk text,
  carries integer NOT NULL,
  PRIMARY KEY (subject_type, subject_id)
);
CREATE INDEX attestations_of_campaign ON attestations (campaign_id);

-- What nobody decided and silence may not touch: the unit's head answers for it until a date.
CREATE TABLE risk_acceptances (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  campaign_id uuid NOT NULL REFERENCES campaigns,
  -- The head of the unit, or who stands in where a unit has none.
  person_id uuid REFERENCES persons,
  items integer NOT NULL,
  items_hash text NOT NULL,
  status text NOT NULL CHECK (status IN ('requested', 'signed')),
  reason text,
  expires_at timestamptz,
  requested_at timestamptz NOT NULL,
  signed_at timestamptz,
  version integer NOT NULL DEFAULT 1,
  UNIQUE NULLS NOT DISTINCT (campaign_id, person_id)
);
CREATE INDEX risk_acceptances_of_person ON risk_acceptances (person_id);

-- Events that ask at once about what they touch.
CREATE TABLE campaign_triggers (
  event text PRIMARY KEY CHECK (event IN ('new-owner', 'privilege-increase', 'risk-increase', 'agent-changed', 'finding')),
  enabled boolean NOT NULL,
  parameters jsonb NOT NULL,
  -- What happened before this was looked at.
  seen_until timestamptz NOT NULL,
  changed_by text NOT NULL,
  version integer NOT NULL DEFAULT 1
);
`;
