import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Feeds, what each feed says of a person, and dated facts. A row of `persons` becomes what the feeds together say. */
export class PeopleFeeds1763730000161 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE TABLE people_feeds (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('manual', 'hr-file', 'scim', 'signals')),
  -- Whose word counts first; field_ranks says otherwise for single fields. Of equal ranks the latest statement counts.
  rank integer NOT NULL,
  field_ranks jsonb NOT NULL DEFAULT '{"status": 0}',
  options jsonb NOT NULL DEFAULT '{}',
  -- The caller whose own feed it is, where a token without a feed made it.
  caller text UNIQUE,
  created_at timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1
);
INSERT INTO people_feeds (id, name, kind, rank, created_at) VALUES
  (gen_random_uuid(), 'api', 'manual', 5, '1970-01-01Z'), (gen_random_uuid(), 'hr', 'hr-file', 10, '1970-01-01Z');
INSERT INTO people_feeds (id, name, kind, rank, created_at)
  SELECT gen_random_uuid(), feed, 'manual', 50, '1970-01-01Z' FROM (SELECT DISTINCT feed FROM persons WHERE feed NOT IN ('api', 'hr')) f;

ALTER TABLE persons ADD COLUMN merged_into uuid REFERENCES persons;
CREATE INDEX persons_merged_into ON persons (merged_into);

-- What one feed says of one person. A null says nothing, unless the field is among those stated.
CREATE TABLE person_records (
  id uuid PRIMARY KEY,
  feed_id uuid NOT NULL REFERENCES people_feeds,
  person_id uuid REFERENCES persons,
  -- Whose record it was before two persons were merged: where a separation takes it back to.
  origin_id uuid REFERENCES persons,
  -- What the feed calls the person, for ever: an employee number, a SCIM id, a subject.
  key text NOT NULL,
  user_name text,
  display_name text,
  email text,
  -- Every address, in lower case, the user name included where it is one: what people are matched by.
  addresses text[] NOT NULL DEFAULT '{}',
  status text CHECK (status IN ('active', 'leave', 'left')),
  -- Since when the feed says so; decides between feeds of equal rank.
  status_at timestamptz NOT NULL,
  employee_number text,
  -- The manager as the feed names them, and the person behind it once there is one.
  manager_ref text,
  manager_id uuid REFERENCES persons,
  department text,
  position text,
  worker_type text,
  unit_id uuid REFERENCES units,
  joined_at timestamptz,
  leaves_at timestamptz,
  stated text[] NOT NULL DEFAULT '{}',
  external_id text,
  -- The resource as the SCIM client keeps it.
  document jsonb,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  version integer NOT NULL DEFAULT 1,
  UNIQUE (feed_id, key)
);
CREATE UNIQUE INDEX person_records_by_user_name ON person_records (feed_id, lower(user_name)) WHERE deleted_at IS NULL;
CREATE INDEX person_records_in_order ON person_records (feed_id, id) WHERE deleted_at IS NULL;
CREATE INDEX person_records_by_external_id ON person_records (feed_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX person_records_of_person ON person_records (person_id);
CREATE INDEX person_records_of_origin ON person_records (origin_id);
CREATE INDEX person_records_of_manager ON person_records (manager_id);
CREATE INDEX person_records_of_unit ON person_records (unit_id);
CREATE INDEX person_records_by_address ON person_records USING gin (addresses);
CREATE INDEX person_records_by_employee_number ON person_records (employee_number) WHERE employee_number IS NOT NULL;
CREATE INDEX person_records_without_manager ON person_records (feed_id, manager_ref) WHERE manager_ref IS NOT NULL AND manager_id IS NULL;

INSERT INTO person_records (id, feed_id, person_id, key, user_name, display_name, email, addresses, status, status_at, employee_number, manager_id, department, position, worker_type, unit_id, joined_at, leaves_at, created_at, updated_at)
  SELECT gen_random_uuid(), f.id, p.id, p.external_id, p.user_name, p.display_name, p.email,
    ARRAY(SELECT DISTINCT lower(a) FROM unnest(ARRAY[p.email, p.user_name]) a WHERE a LIKE '%_@_%'), p.status, coalesce(CASE WHEN p.status = 'left' THEN p.leaves_at END, p.joined_at, p.created_at),
    CASE WHEN f.kind = 'hr-file' THEN p.external_id END, p.manager_id, p.department, p.position, p.worker_type, p.unit_id, p.joined_at, p.leaves_at, p.created_at, p.updated_at
  FROM persons p JOIN people_feeds f ON f.name = p.feed;

-- Unique within one feed is a matter of the feed's records now; several feeds may know one person under different names.
ALTER TABLE persons DROP CONSTRAINT persons_feed_external_id_key;
DROP INDEX persons_by_user_name;
CREATE INDEX persons_by_login ON persons (lower(user_name));
CREATE INDEX persons_by_name ON persons (display_name, id);

-- Pairs somebody took apart, or said are two people: never matched again.
CREATE TABLE person_separations (
  record_id uuid NOT NULL REFERENCES person_records ON DELETE CASCADE,
  person_id uuid NOT NULL REFERENCES persons,
  separated_by text NOT NULL,
  separated_at timestamptz NOT NULL,
  PRIMARY KEY (record_id, person_id)
);
CREATE INDEX person_separations_of_person ON person_separations (person_id);

CREATE TABLE people_settings (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  -- Rules by which records of different feeds are taken for one person, in order.
  matching jsonb NOT NULL,
  version integer NOT NULL DEFAULT 1
);
INSERT INTO people_settings (matching) VALUES ('["employee-number", "email"]');

-- What happened to somebody, or is going to: the past stays, the future may be withdrawn.
CREATE TABLE person_facts (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES persons,
  kind text NOT NULL CHECK (kind IN ('notice', 'joined', 'changed', 'left')),
  at timestamptz NOT NULL,
  data jsonb NOT NULL DEFAULT '{}',
  -- Planned by hand; else it follows from what the feeds say.
  planned boolean NOT NULL DEFAULT false,
  recorded_by text NOT NULL,
  recorded_at timestamptz NOT NULL,
  applied_at timestamptz,
  withdrawn_at timestamptz,
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX person_facts_of_person ON person_facts (person_id, at);
CREATE INDEX person_facts_due ON person_facts (at) WHERE applied_at IS NULL AND withdrawn_at IS NULL;

CREATE TABLE person_deputies (
  person_id uuid NOT NULL REFERENCES persons,
  place integer NOT NULL,
  deputy_id uuid NOT NULL REFERENCES persons,
  PRIMARY KEY (person_id, place)
);
CREATE INDEX person_deputies_of_deputy ON person_deputies (deputy_id);

CREATE TABLE person_absences (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES persons,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
  deputy_id uuid REFERENCES persons,
  recorded_by text NOT NULL,
  recorded_at timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX person_absences_of_person ON person_absences (person_id, starts_at);
CREATE INDEX person_absences_of_deputy ON person_absences (deputy_id);

-- A place in the organisation that somebody holds; what belongs to it passes to the next holder.
CREATE TABLE positions (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  unit_id uuid REFERENCES units,
  holder_id uuid REFERENCES persons,
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX positions_of_unit ON positions (unit_id);
CREATE INDEX positions_of_holder ON positions (holder_id);

ALTER TABLE people_imports ADD COLUMN feed_id uuid REFERENCES people_feeds, ADD COLUMN origin text NOT NULL DEFAULT 'upload' CHECK (origin IN ('upload', 'folder'));
UPDATE people_imports SET feed_id = (SELECT id FROM people_feeds WHERE name = 'hr');
CREATE INDEX people_imports_of_feed ON people_imports (feed_id, id);

-- What a file would change, or changed, person by person.
CREATE TABLE people_import_changes (
  import_id uuid NOT NULL REFERENCES people_imports ON DELETE CASCADE,
  seq integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('created', 'updated', 'ended')),
  key text NOT NULL,
  display_name text,
  -- { field: [before, after] }
  fields jsonb NOT NULL,
  PRIMARY KEY (import_id, seq)
);

-- Files a folder was seen to hold, by content: each is taken once.
CREATE TABLE people_folder_files (
  feed_id uuid NOT NULL REFERENCES people_feeds,
  sha256 text NOT NULL,
  name text NOT NULL,
  import_id uuid REFERENCES people_imports,
  error text,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (feed_id, sha256)
);
CREATE INDEX people_folder_files_of_import ON people_folder_files (import_id);

-- Groups a SCIM client keeps here.
CREATE TABLE people_groups (
  id uuid PRIMARY KEY,
  feed_id uuid NOT NULL REFERENCES people_feeds,
  display_name text NOT NULL,
  external_id text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX people_groups_by_name ON people_groups (feed_id, lower(display_name));
CREATE INDEX people_groups_in_order ON people_groups (feed_id, id);
CREATE TABLE people_group_members (
  group_id uuid NOT NULL REFERENCES people_groups ON DELETE CASCADE,
  record_id uuid NOT NULL REFERENCES person_records ON DELETE CASCADE,
  PRIMARY KEY (group_id, record_id)
);
CREATE INDEX people_group_members_of_record ON people_group_members (record_id);

-- Who may push security events to us, and what of theirs was received.
CREATE TABLE signal_transmitters (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  issuer text NOT NULL UNIQUE,
  jwks_url text NOT NULL,
  audience text NOT NULL,
  algorithms jsonb NOT NULL,
  feed_id uuid NOT NULL UNIQUE REFERENCES people_feeds,
  created_at timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1
);
CREATE TABLE signal_events (
  id uuid PRIMARY KEY,
  transmitter_id uuid NOT NULL REFERENCES signal_transmitters,
  jti text NOT NULL,
  event text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('acted', 'ignored', 'nobody')),
  person_id uuid REFERENCES persons,
  issued_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  UNIQUE (transmitter_id, jti)
);
CREATE INDEX signal_events_of_person ON signal_events (person_id);
`;
