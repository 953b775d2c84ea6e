-- Users, their threads, what was said in them, and the attempts to answer.
-- Ids are text, compared byte for byte, and every key begins with the user. Times are ms. Words are in docs/data-model.md.

CREATE TABLE threadkeep.users (
  id text COLLATE "C" PRIMARY KEY CHECK (id <> ''),
  tenant_id text,
  name text,
  language text,
  default_persona_id text,
  persona_prompt text,
  main_thread_id text COLLATE "C",
  change_seq bigint NOT NULL,
  created_at bigint NOT NULL
) WITH (fillfactor = 80);

-- born is the user's change_seq when the thread was created: the order of creation, and what tells it from a forgotten one of the same id.
CREATE TABLE threadkeep.threads (
  user_id text COLLATE "C" NOT NULL REFERENCES threadkeep.users (id) ON DELETE CASCADE,
  id text COLLATE "C" NOT NULL,
  born bigint NOT NULL,
  title text,
  titled_by text CHECK (titled_by IN ('user', 'model')),
  default_persona_id text,
  head_id text COLLATE "C",
  external_key text COLLATE "C",
  context text,
  metadata text,
  message_count integer NOT NULL,
  last_seq integer NOT NULL,
  fork_count integer NOT NULL,
  chain bytea NOT NULL CHECK (length(chain) = 16),
  created_as bytea NOT NULL,
  change_seq bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  archived_at bigint,
  pinned_at bigint,
  binned_at bigint,
  keep_until bigint,
  PRIMARY KEY (user_id, id)
) WITH (fillfactor = 80);

-- A thread stands in exactly one of these three lists, so that an append moves one index entry.
CREATE INDEX threads_active ON threadkeep.threads (user_id, updated_at, born) WHERE binned_at IS NULL AND archived_at IS NULL;
CREATE INDEX threads_archived ON threadkeep.threads (user_id, updated_at, born) WHERE binned_at IS NULL AND archived_at IS NOT NULL;
CREATE INDEX threads_binned ON threadkeep.threads (user_id, updated_at, born) WHERE binned_at IS NOT NULL;
-- Partial, as every index beside the first is, so that no search by id is ever led through it.
CREATE INDEX threads_born ON threadkeep.threads (user_id, born) WHERE born > 0;
CREATE UNIQUE INDEX threads_external_key ON threadkeep.threads (user_id, external_key)
  WHERE external_key IS NOT NULL AND binned_at IS NULL;

-- Every definition of a persona that was ever used; it belongs to the house and to no user.
CREATE TABLE threadkeep.persona_versions (
  persona_id text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  definition text,
  PRIMARY KEY (persona_id, version)
);

-- role: 0 user, 1 assistant, 2 system, 3 tool. status: 0 pending, 1 complete, 2 stopped, 3 failed, 4 interrupted, 5 deleted.
-- placed: 0 after the head, 1 where the sender named it, 2 after the head the sender saw, 3 the same but that place was taken: a fork.
-- parent is the parent's seq, 0 for a root. finished_at is null for a message that was whole when it was said.
CREATE TABLE threadkeep.messages (
  user_id text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  seq integer NOT NULL CHECK (seq > 0),
  id text COLLATE "C" NOT NULL,
  parent integer NOT NULL CHECK (parent >= 0 AND parent < seq),
  role smallint NOT NULL CHECK (role BETWEEN 0 AND 3),
  status smallint NOT NULL CHECK (status BETWEEN 0 AND 5),
  placed smallint NOT NULL,
  text text NOT NULL,
  parts text,
  persona_id text COLLATE "C" CHECK (persona_id IS NULL OR role = 1),
  persona_version text CHECK (persona_version IS NULL OR role = 1),
  provider text,
  model text,
  run_id text COLLATE "C",
  session_id text COLLATE "C",
  origin text,
  usage text,
  tag text,
  intent text,
  confidence smallint,
  entities text,
  sources text,
  metadata text,
  format text,
  checksum bytea,
  change_seq bigint NOT NULL,
  created_at bigint NOT NULL,
  finished_at bigint,
  deleted_at bigint,
  PRIMARY KEY (user_id, thread_id, seq),
  FOREIGN KEY (user_id, thread_id) REFERENCES threadkeep.threads (user_id, id) ON DELETE CASCADE
);

CREATE UNIQUE INDEX messages_id ON threadkeep.messages (user_id, thread_id, id);
-- The shape of a thread: only the messages that do not follow the one just before them.
CREATE INDEX messages_departing ON threadkeep.messages (user_id, thread_id, seq, parent) WHERE parent <> seq - 1;
CREATE INDEX messages_departing_from ON threadkeep.messages (user_id, thread_id, parent, seq) WHERE parent <> seq - 1;
CREATE INDEX messages_persona ON threadkeep.messages (user_id, thread_id, persona_id, seq) WHERE persona_id IS NOT NULL;

CREATE TABLE threadkeep.runs (
  user_id text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  message integer NOT NULL,
  reply integer NOT NULL,
  attempt integer NOT NULL,
  status smallint NOT NULL CHECK (status BETWEEN 0 AND 4),
  owner text NOT NULL,
  epoch integer NOT NULL,
  lease_until bigint NOT NULL,
  stop_at bigint,
  context_receipt text,
  error text,
  started_at bigint NOT NULL,
  ended_at bigint,
  PRIMARY KEY (user_id, id),
  FOREIGN KEY (user_id, thread_id) REFERENCES threadkeep.threads (user_id, id) ON DELETE CASCADE
);

-- Not partial, because a thread that goes takes its runs along by it.
CREATE UNIQUE INDEX runs_attempt ON threadkeep.runs (user_id, thread_id, message, attempt);
CREATE INDEX runs_open ON threadkeep.runs (user_id, thread_id) WHERE status = 0;

CREATE TABLE threadkeep.run_events (
  user_id text COLLATE "C" NOT NULL,
  run_id text COLLATE "C" NOT NULL,
  ordinal integer NOT NULL,
  position bigint NOT NULL,
  events text NOT NULL,
  PRIMARY KEY (user_id, run_id, ordinal),
  FOREIGN KEY (user_id, run_id) REFERENCES threadkeep.runs (user_id, id) ON DELETE CASCADE
);

CREATE TABLE threadkeep.changes (
  user_id text COLLATE "C" NOT NULL REFERENCES threadkeep.users (id) ON DELETE CASCADE,
  change_seq bigint NOT NULL,
  thread_id text COLLATE "C",
  kind smallint NOT NULL,
  message integer,
  PRIMARY KEY (user_id, change_seq)
);

-- What people put on a message later: pin, thumb, note, tag.
CREATE TABLE threadkeep.marks (
  user_id text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  seq integer NOT NULL,
  mark text COLLATE "C" NOT NULL,
  value text NOT NULL,
  marked_at bigint NOT NULL,
  PRIMARY KEY (user_id, thread_id, seq, mark),
  FOREIGN KEY (user_id, thread_id, seq) REFERENCES threadkeep.messages (user_id, thread_id, seq) ON DELETE CASCADE
);

-- The words of what was deleted, out of every read, until they are restored or purged.
CREATE TABLE threadkeep.bin (
  user_id text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  seq integer NOT NULL,
  deleted_at bigint NOT NULL,
  status smallint NOT NULL,
  text text NOT NULL,
  parts text,
  tag text,
  intent text,
  entities text,
  sources text,
  metadata text,
  PRIMARY KEY (user_id, thread_id, seq),
  FOREIGN KEY (user_id, thread_id, seq) REFERENCES threadkeep.messages (user_id, thread_id, seq) ON DELETE CASCADE
);

-- What people said is sampled for no statistics: there it would outlive its own deletion, and no search goes by it.
ALTER TABLE threadkeep.users
  ALTER COLUMN name SET STATISTICS 0,
  ALTER COLUMN persona_prompt SET STATISTICS 0;
ALTER TABLE threadkeep.threads
  ALTER COLUMN title SET STATISTICS 0,
  ALTER COLUMN context SET STATISTICS 0,
  ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE threadkeep.messages
  ALTER COLUMN text SET STATISTICS 0,
  ALTER COLUMN parts SET STATISTICS 0,
  ALTER COLUMN usage SET STATISTICS 0,
  ALTER COLUMN tag SET STATISTICS 0,
  ALTER COLUMN intent SET STATISTICS 0,
  ALTER COLUMN entities SET STATISTICS 0,
  ALTER COLUMN sources SET STATISTICS 0,
  ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE threadkeep.runs
  ALTER COLUMN context_receipt SET STATISTICS 0,
  ALTER COLUMN error SET STATISTICS 0;
ALTER TABLE threadkeep.run_events
  ALTER COLUMN events SET STATISTICS 0;
ALTER TABLE threadkeep.marks
  ALTER COLUMN value SET STATISTICS 0;
ALTER TABLE threadkeep.bin
  ALTER COLUMN text SET STATISTICS 0,
  ALTER COLUMN parts SET STATISTICS 0,
  ALTER COLUMN tag SET STATISTICS 0,
  ALTER COLUMN intent SET STATISTICS 0,
  ALTER COLUMN entities SET STATISTICS 0,
  ALTER COLUMN sources SET STATISTICS 0,
  ALTER COLUMN metadata SET STATISTICS 0;
