-- Users, their threads, what was said in them, and the attempts to answer.
-- Keys are integers that never leave this file; ids are text, compared byte for byte. Times are ms. Words are in docs/data-model.md.

CREATE TABLE users (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  tenant_id TEXT,
  name TEXT,
  language TEXT,
  default_persona_id TEXT,
  persona_prompt TEXT,
  main_thread_id TEXT,
  change_seq INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE threads (
  key INTEGER PRIMARY KEY,
  user INTEGER NOT NULL REFERENCES users (key),
  id TEXT NOT NULL,
  title TEXT,
  titled_by TEXT CHECK (titled_by IN ('user', 'model')),
  default_persona_id TEXT,
  head_id TEXT,
  external_key TEXT,
  context TEXT,
  metadata TEXT,
  message_count INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  fork_count INTEGER NOT NULL,
  chain BLOB NOT NULL CHECK (length(chain) = 16),
  created_as BLOB NOT NULL,
  change_seq INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER,
  pinned_at INTEGER,
  binned_at INTEGER,
  keep_until INTEGER,
  UNIQUE (user, id),
  UNIQUE (user, key)
) STRICT;

-- A thread stands in exactly one of these three lists, so that an append moves one index entry.
CREATE INDEX threads_active ON threads (user, updated_at, key) WHERE binned_at IS NULL AND archived_at IS NULL;
CREATE INDEX threads_archived ON threads (user, updated_at, key) WHERE binned_at IS NULL AND archived_at IS NOT NULL;
CREATE INDEX threads_binned ON threads (user, updated_at, key) WHERE binned_at IS NOT NULL;
CREATE UNIQUE INDEX threads_external_key ON threads (user, external_key) WHERE external_key IS NOT NULL AND binned_at IS NULL;

-- Names that the house gives, each written once: who can answer, in which words, by which model.
CREATE TABLE personas (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE persona_versions (
  key INTEGER PRIMARY KEY,
  persona INTEGER NOT NULL REFERENCES personas (key),
  version TEXT NOT NULL,
  definition TEXT,
  UNIQUE (persona, version)
) STRICT;

CREATE TABLE models (
  key INTEGER PRIMARY KEY,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  UNIQUE (provider, model)
) STRICT;

-- role: 0 user, 1 assistant, 2 system, 3 tool. status: 0 pending, 1 complete, 2 stopped, 3 failed, 4 interrupted, 5 deleted.
-- placed: 0 after the head, 1 where the sender named it, 2 after the head the sender saw, 3 the same but that place was taken: a fork.
-- parent is the parent's seq, 0 for a root. finished_at is null for a message that was whole when it was said.
CREATE TABLE messages (
  key INTEGER PRIMARY KEY,
  user INTEGER NOT NULL,
  thread INTEGER NOT NULL,
  seq INTEGER NOT NULL CHECK (seq > 0),
  id TEXT NOT NULL,
  parent INTEGER NOT NULL CHECK (parent >= 0 AND parent < seq),
  role INTEGER NOT NULL CHECK (role BETWEEN 0 AND 3),
  status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 5),
  placed INTEGER NOT NULL,
  text TEXT NOT NULL,
  parts TEXT,
  persona INTEGER CHECK (persona IS NULL OR role = 1),
  persona_version INTEGER CHECK (persona_version IS NULL OR role = 1),
  model INTEGER,
  run INTEGER,
  session INTEGER,
  origin TEXT,
  usage TEXT,
  tag TEXT,
  intent TEXT,
  confidence INTEGER,
  entities TEXT,
  sources TEXT,
  metadata TEXT,
  format TEXT,
  checksum BLOB,
  change_seq INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  deleted_at INTEGER,
  FOREIGN KEY (user, thread) REFERENCES threads (user, key)
) STRICT;

CREATE UNIQUE INDEX messages_seq ON messages (user, thread, seq);
CREATE UNIQUE INDEX messages_id ON messages (user, thread, id);
-- The shape of a thread: only the messages that do not follow the one just before them.
CREATE INDEX messages_departing ON messages (user, thread, seq, parent) WHERE parent <> seq - 1;
CREATE INDEX messages_departing_from ON messages (user, thread, parent, seq) WHERE parent <> seq - 1;
CREATE INDEX messages_persona ON messages (user, thread, persona, seq) WHERE persona IS NOT NULL;

CREATE TABLE runs (
  key INTEGER PRIMARY KEY,
  user INTEGER NOT NULL,
  id TEXT NOT NULL,
  thread INTEGER NOT NULL,
  message INTEGER NOT NULL,
  reply INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 4),
  owner TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  stop_at INTEGER,
  context_receipt TEXT,
  error TEXT,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  UNIQUE (user, id),
  UNIQUE (user, thread, message, attempt),
  FOREIGN KEY (user, thread) REFERENCES threads (user, key)
) STRICT;

CREATE INDEX runs_open ON runs (user, thread, key) WHERE status = 0;

CREATE TABLE run_events (
  user INTEGER NOT NULL,
  run INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  position INTEGER NOT NULL,
  events TEXT NOT NULL,
  PRIMARY KEY (user, run, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE changes (
  user INTEGER NOT NULL,
  change_seq INTEGER NOT NULL,
  thread INTEGER,
  kind INTEGER NOT NULL,
  message INTEGER,
  PRIMARY KEY (user, change_seq)
) STRICT, WITHOUT ROWID;

-- What people put on a message later: pin, thumb, note, tag.
CREATE TABLE marks (
  user INTEGER NOT NULL,
  thread INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  mark TEXT NOT NULL,
  value TEXT NOT NULL,
  marked_at INTEGER NOT NULL,
  PRIMARY KEY (user, thread, seq, mark),
  FOREIGN KEY (user, thread) REFERENCES threads (user, key)
) STRICT, WITHOUT ROWID;

-- The words of what was deleted, out of every read, until they are restored or purged.
CREATE TABLE bin (
  user INTEGER NOT NULL,
  thread INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  deleted_at INTEGER NOT NULL,
  was TEXT NOT NULL,
  PRIMARY KEY (user, thread, seq),
  FOREIGN KEY (user, thread) REFERENCES threads (user, key)
) STRICT;
