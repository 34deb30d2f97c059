import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sources, scopes and what is in them, with history. */
export class Inventory1763730000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE sources (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  connector text NOT NULL,
  config jsonb NOT NULL,
  status text NOT NULL CHECK (status IN ('never-read', 'complete', 'partial', 'failed', 'held')),
  unit_id uuid REFERENCES units,
  -- Five-field cron in UTC; null means it is read when asked.
  schedule text,
  next_read_at timestamptz,
  -- Share of the rows of one resource type in one scope that a reading may remove without asking.
  removal_share double precision NOT NULL DEFAULT 0.2,
  created_at timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX sources_of_unit ON sources (unit_id);
CREATE INDEX sources_due ON sources (next_read_at) WHERE next_read_at IS NOT NULL;

CREATE TABLE scopes (
  id uuid PRIMARY KEY,
  source_id uuid NOT NULL REFERENCES sources,
  external_id text NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  unit_id uuid REFERENCES units,
  environment text,
  -- Listed by somebody who knows of it, whether or not it could ever be read.
  state text NOT NULL CHECK (state IN ('readable', 'unreadable')),
  first_seen_at timestamptz NOT NULL,
  UNIQUE (source_id, external_id)
);
CREATE INDEX scopes_of_unit ON scopes (unit_id);

-- What was last seen whole, for each resource type in each scope.
CREATE TABLE scope_readings (
  scope_id uuid NOT NULL REFERENCES scopes,
  resource_type text NOT NULL,
  entity text NOT NULL,
  last_complete_at timestamptz,
  last_run_id uuid,
  -- The span that this source's usage data covers; null = it has none.
  use_known_since timestamptz,
  use_known_until timestamptz,
  -- What the source itself says there is, beside what was collected.
  stated_count integer,
  collected_count integer,
  PRIMARY KEY (scope_id, resource_type)
);

-- What could not be read: a resource type in a scope, or below one parent in it. Closed by a reading that succeeds.
CREATE TABLE gaps (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  scope_id uuid NOT NULL REFERENCES scopes,
  resource_type text NOT NULL,
  parent_external_id text,
  reason text NOT NULL CHECK (reason IN ('forbidden', 'throttled', 'unavailable', 'unsupported', 'malformed', 'inconsistent')),
  permission text,
  detail text NOT NULL,
  since timestamptz NOT NULL,
  run_id uuid NOT NULL,
  UNIQUE NULLS NOT DISTINCT (scope_id, resource_type, parent_external_id)
);

-- The organisation's own accounts and the vendors it knows: trust is judged against this list.
CREATE TABLE known_accounts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  provider text NOT NULL,
  account_id text NOT NULL,
  name text NOT NULL,
  relation text NOT NULL CHECK (relation IN ('own', 'vendor')),
  basis text NOT NULL,
  source_id uuid REFERENCES sources,
  UNIQUE NULLS NOT DISTINCT (provider, account_id, source_id)
);
CREATE INDEX known_accounts_of_source ON known_accounts (source_id);

CREATE TABLE collections (
  id uuid PRIMARY KEY,
  source_id uuid NOT NULL REFERENCES sources,
  external_id text NOT NULL,
  name text NOT NULL,
  template text NOT NULL,
  because text NOT NULL,
  first_seen_at timestamptz NOT NULL,
  UNIQUE (source_id, external_id)
);

CREATE TABLE identities (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  source_id uuid NOT NULL REFERENCES sources,
  scope_id uuid NOT NULL REFERENCES scopes,
  resource_type text NOT NULL,
  external_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('user', 'role', 'service-account', 'application', 'workload', 'agent', 'bot', 'group', 'root')),
  display_name text NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'disabled', 'unknown')),
  created_at timestamptz,
  first_seen_at timestamptz NOT NULL,
  removed_at timestamptz,
  nature text NOT NULL CHECK (nature IN ('human', 'non-human', 'mixed', 'undetermined')),
  nature_because text NOT NULL,
  managed_by text NOT NULL CHECK (managed_by IN ('us', 'cloud-provider', 'platform', 'vendor')),
  managed_by_because text NOT NULL,
  custody text NOT NULL CHECK (custody IN ('self-held', 'assumable', 'platform-held', 'vendor-held', 'unknown')),
  environment text,
  unit_id uuid REFERENCES units,
  ai_use text NOT NULL CHECK (ai_use IN ('yes', 'no', 'unknown')),
  ai_use_because text NOT NULL,
  privilege text NOT NULL CHECK (privilege IN ('admin', 'privileged', 'write', 'read', 'none', 'unknown')),
  -- { because: [], notConsidered: [], escalation: [] }
  privilege_basis jsonb NOT NULL,
  outside_trust text NOT NULL CHECK (outside_trust IN ('none', 'vendor', 'outside', 'anyone', 'unknown')),
  collection_id uuid REFERENCES collections,
  expected_use jsonb,
  -- Member by member what a person set against what was found: { nature: { value, reason, by, at } ... }
  overrides jsonb NOT NULL DEFAULT '{}',
  -- What the connector itself knows of nature, managedBy, custody, aiUse, privilege, environment, unit, before anything is derived.
  stated jsonb NOT NULL,
  tags jsonb NOT NULL,
  attributes jsonb NOT NULL,
  raw_hash uuid NOT NULL,
  content_hash uuid NOT NULL,
  run_id uuid NOT NULL,
  valid_from timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1,
  UNIQUE (source_id, resource_type, external_id)
);
CREATE INDEX identities_in_scope ON identities (scope_id, resource_type) WHERE removed_at IS NULL;
CREATE INDEX identities_by_name ON identities (display_name, id) WHERE removed_at IS NULL;
CREATE INDEX identities_of_unit ON identities (unit_id);
CREATE INDEX identities_of_collection ON identities (collection_id) WHERE collection_id IS NOT NULL;
CREATE INDEX identities_by_text ON identities USING gin (display_name gin_trgm_ops);
CREATE INDEX identities_by_hash ON identities (raw_hash);
SELECT with_history('identities');

-- Who may become an identity, and what that means to us. Replaced as a whole with the identity's record.
CREATE TABLE identity_trusts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  identity_id uuid NOT NULL REFERENCES identities,
  principal text NOT NULL,
  principal_kind text NOT NULL CHECK (principal_kind IN ('account', 'identity', 'service', 'federation', 'anyone', 'unresolvable')),
  account_id text,
  provider text NOT NULL,
  -- { externalId: bool, subject: string|null, ... }: what narrows the trust
  conditions jsonb NOT NULL,
  narrowed boolean NOT NULL,
  standing text NOT NULL CHECK (standing IN ('own', 'vendor', 'outside', 'anyone', 'service', 'unknown'))
);
CREATE INDEX identity_trusts_of_identity ON identity_trusts (identity_id);
CREATE INDEX identity_trusts_of_account ON identity_trusts (provider, account_id);

CREATE TABLE resources (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  source_id uuid NOT NULL REFERENCES sources,
  scope_id uuid NOT NULL REFERENCES scopes,
  resource_type text NOT NULL,
  external_id text NOT NULL,
  kind text NOT NULL,
  display_name text NOT NULL,
  attributes jsonb NOT NULL,
  first_seen_at timestamptz NOT NULL,
  removed_at timestamptz,
  raw_hash uuid NOT NULL,
  content_hash uuid NOT NULL,
  run_id uuid NOT NULL,
  valid_from timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1,
  UNIQUE (source_id, resource_type, external_id)
);
CREATE INDEX resources_in_scope ON resources (scope_id, resource_type) WHERE removed_at IS NULL;

CREATE TABLE credentials (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  source_id uuid NOT NULL REFERENCES sources,
  scope_id uuid NOT NULL REFERENCES scopes,
  resource_type text NOT NULL,
  external_id text NOT NULL,
  identity_id uuid NOT NULL REFERENCES identities,
  kind text NOT NULL CHECK (kind IN ('access-key', 'api-key', 'client-secret', 'certificate', 'personal-access-token', 'oauth-token', 'password', 'ssh-key', 'signing-certificate', 'service-credential', 'federated-trust')),
  display_name text NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'disabled', 'expired', 'unknown')),
  issued_at timestamptz,
  expires_at timestamptz,
  rotated_at timestamptz,
  rotated_basis text NOT NULL CHECK (rotated_basis IN ('source', 'created', 'log', 'unknown')),
  can_expire boolean NOT NULL,
  can_disable boolean NOT NULL,
  tells_last_use boolean NOT NULL,
  -- A permanent set of this many (Azure's two keys); null where credentials come and go.
  slots integer,
  -- Keyed digest or last characters by which a person recognises it. Never the value.
  hint text,
  ai_service boolean NOT NULL,
  -- The source itself reports it as leaked: { reported: true, because }
  known_leaked text,
  attributes jsonb NOT NULL,
  first_seen_at timestamptz NOT NULL,
  removed_at timestamptz,
  raw_hash uuid NOT NULL,
  content_hash uuid NOT NULL,
  run_id uuid NOT NULL,
  valid_from timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1,
  UNIQUE (source_id, resource_type, external_id)
);
CREATE INDEX credentials_in_scope ON credentials (scope_id, resource_type) WHERE removed_at IS NULL;
CREATE INDEX credentials_of_identity ON credentials (identity_id);
CREATE INDEX credentials_by_hash ON credentials (raw_hash);
CREATE INDEX credentials_by_name ON credentials (display_name, id) WHERE removed_at IS NULL;
CREATE INDEX credentials_by_expiry ON credentials (expires_at, id) WHERE removed_at IS NULL;
SELECT with_history('credentials');

-- Last use travels apart: it changes all the time, and nothing that it changes is history.
CREATE TABLE credential_usage (
  credential_id uuid PRIMARY KEY REFERENCES credentials,
  last_used_at timestamptz,
  known_since timestamptz,
  known_until timestamptz,
  precision text NOT NULL CHECK (precision IN ('exact', '15m', 'day', 'period', 'none')),
  detail jsonb NOT NULL DEFAULT '{}'
) WITH (fillfactor = 80);
CREATE TABLE identity_usage (
  identity_id uuid PRIMARY KEY REFERENCES identities,
  last_used_at timestamptz,
  known_since timestamptz,
  known_until timestamptz,
  precision text NOT NULL CHECK (precision IN ('exact', '15m', 'day', 'period', 'none')),
  detail jsonb NOT NULL DEFAULT '{}'
) WITH (fillfactor = 80);

CREATE TABLE entitlements (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  source_id uuid NOT NULL REFERENCES sources,
  scope_id uuid NOT NULL REFERENCES scopes,
  resource_type text NOT NULL,
  external_id text NOT NULL,
  kind text NOT NULL,
  display_name text NOT NULL,
  privilege text NOT NULL CHECK (privilege IN ('admin', 'privileged', 'write', 'read', 'none', 'unknown')),
  privilege_basis jsonb NOT NULL,
  managed_by text NOT NULL,
  ai_service boolean NOT NULL,
  attributes jsonb NOT NULL,
  first_seen_at timestamptz NOT NULL,
  removed_at timestamptz,
  raw_hash uuid NOT NULL,
  content_hash uuid NOT NULL,
  run_id uuid NOT NULL,
  valid_from timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1,
  UNIQUE (source_id, resource_type, external_id)
);
CREATE INDEX entitlements_in_scope ON entitlements (scope_id, resource_type) WHERE removed_at IS NULL;
SELECT with_history('entitlements');

CREATE TABLE grants (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  source_id uuid NOT NULL REFERENCES sources,
  scope_id uuid NOT NULL REFERENCES scopes,
  resource_type text NOT NULL,
  external_id text NOT NULL,
  identity_id uuid NOT NULL REFERENCES identities,
  entitlement_id uuid NOT NULL REFERENCES entitlements,
  resource_id uuid REFERENCES resources,
  -- The group or other holder it is inherited from; null = direct.
  via_identity_id uuid REFERENCES identities,
  first_seen_at timestamptz NOT NULL,
  removed_at timestamptz,
  raw_hash uuid NOT NULL,
  content_hash uuid NOT NULL,
  run_id uuid NOT NULL,
  valid_from timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1,
  UNIQUE (source_id, resource_type, external_id)
);
CREATE INDEX grants_in_scope ON grants (scope_id, resource_type) WHERE removed_at IS NULL;
CREATE INDEX grants_of_identity ON grants (identity_id);
CREATE INDEX grants_of_entitlement ON grants (entitlement_id);
CREATE INDEX grants_of_resource ON grants (resource_id) WHERE resource_id IS NOT NULL;
CREATE INDEX grants_via ON grants (via_identity_id) WHERE via_identity_id IS NOT NULL;
SELECT with_history('grants');

CREATE TABLE grant_usage (
  grant_id uuid PRIMARY KEY REFERENCES grants,
  last_used_at timestamptz,
  known_since timestamptz,
  known_until timestamptz,
  precision text NOT NULL CHECK (precision IN ('exact', '15m', 'day', 'period', 'none')),
  detail jsonb NOT NULL DEFAULT '{}'
) WITH (fillfactor = 80);

-- Where a credential is installed or used from. Rotations break consumers, not keys.
CREATE TABLE consumers (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  credential_id uuid NOT NULL REFERENCES credentials,
  kind text NOT NULL,
  locator text NOT NULL,
  basis text NOT NULL CHECK (basis IN ('observed', 'declared', 'scanned')),
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz,
  UNIQUE (credential_id, kind, locator, basis)
);

-- What a reading would remove: noted, weighed, then carried out or held for somebody to confirm.
CREATE TABLE held_removals (
  run_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('identities', 'credentials', 'entitlements', 'grants', 'resources')),
  row_id uuid NOT NULL,
  raw_hash uuid NOT NULL,
  PRIMARY KEY (run_id, kind, row_id)
);

-- Identities whose derived facts must be judged again; emptied when they were. It outlives a killed run on purpose.
CREATE TABLE touched_identities (
  identity_id uuid PRIMARY KEY REFERENCES identities,
  source_id uuid NOT NULL
);

-- What identities were at an instant.
CREATE FUNCTION identities_as_of(t timestamptz) RETURNS SETOF identities LANGUAGE sql STABLE AS $$
  SELECT * FROM identities WHERE valid_from <= t
  UNION ALL SELECT r.* FROM identities_history h CROSS JOIN LATERAL jsonb_populate_record(NULL::identities, h.row) r WHERE h.valid_from <= t AND h.valid_to > t
$$;
CREATE FUNCTION credentials_as_of(t timestamptz) RETURNS SETOF credentials LANGUAGE sql STABLE AS $$
  SELECT * FROM credentials WHERE valid_from <= t
  UNION ALL SELECT r.* FROM credentials_history h CROSS JOIN LATERAL jsonb_populate_record(NULL::credentials, h.row) r WHERE h.valid_from <= t AND h.valid_to > t
$$;
CREATE FUNCTION grants_as_of(t timestamptz) RETURNS SETOF grants LANGUAGE sql STABLE AS $$
  SELECT * FROM grants WHERE valid_from <= t
  UNION ALL SELECT r.* FROM grants_history h CROSS JOIN LATERAL jsonb_populate_record(NULL::grants, h.row) r WHERE h.valid_from <= t AND h.valid_to > t
$$;
CREATE FUNCTION entitlements_as_of(t timestamptz) RETURNS SETOF entitlements LANGUAGE sql STABLE AS $$
  SELECT * FROM entitlements WHERE valid_from <= t
  UNION ALL SELECT r.* FROM entitlements_history h CROSS JOIN LATERAL jsonb_populate_record(NULL::entitlements, h.row) r WHERE h.valid_from <= t AND h.valid_to > t
$$;

-- Privilege levels in their order; unknown has none.
CREATE FUNCTION privilege_rank(level text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE level WHEN 'admin' THEN 5 WHEN 'privileged' THEN 4 WHEN 'write' THEN 3 WHEN 'read' THEN 2 WHEN 'none' THEN 1 END;
CREATE FUNCTION privilege_of_rank(rank integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE rank WHEN 5 THEN 'admin' WHEN 4 THEN 'privileged' WHEN 3 THEN 'write' WHEN 2 THEN 'read' WHEN 1 THEN 'none' END;

-- Risk of an identity out of what makes it risky; null = unrated. The parts are named in the answer of risk_because.
CREATE FUNCTION risk_rank(level text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE level WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'moderate' THEN 2 WHEN 'low' THEN 1 END;
CREATE FUNCTION identity_risk(use_case_risk text, privilege text, environment text, outside_trust text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE greatest(
    risk_rank(use_case_risk),
    CASE WHEN privilege = 'admin' AND (environment = 'production' OR outside_trust IN ('outside', 'anyone')) THEN 4
         WHEN privilege = 'admin' THEN 3
         WHEN privilege = 'privileged' AND (environment = 'production' OR outside_trust IN ('outside', 'anyone')) THEN 3
         WHEN privilege = 'privileged' THEN 2
         WHEN privilege = 'write' AND environment = 'production' THEN 2
         WHEN privilege IN ('write', 'read', 'none') THEN 1 END,
    CASE WHEN outside_trust = 'anyone' THEN 4 WHEN outside_trust = 'outside' THEN 3 END)
  WHEN 4 THEN 'critical' WHEN 3 THEN 'high' WHEN 2 THEN 'moderate' WHEN 1 THEN 'low' END;
CREATE FUNCTION identity_risk_because(use_case_risk text, privilege text, environment text, outside_trust text) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_jsonb(array_remove(ARRAY[
    CASE WHEN use_case_risk IS NOT NULL THEN 'serves a use case rated ' || use_case_risk END,
    CASE WHEN privilege <> 'unknown' THEN 'reaches ' || privilege END,
    CASE WHEN environment IS NOT NULL THEN 'works in ' || environment END,
    CASE outside_trust WHEN 'anyone' THEN 'anybody may become it' WHEN 'outside' THEN 'an account outside the organisation may become it' END], NULL));
`;
