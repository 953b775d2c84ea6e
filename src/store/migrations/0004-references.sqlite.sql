-- What other systems call a thread: one name for each provider, and a name means one thread of its user.
-- Both ways are found by a key that begins with the user. Code that knows nothing of it loses nothing: a thread takes its names along.
-- oldest code: 1

CREATE TABLE external_refs (
  user INTEGER NOT NULL,
  provider TEXT NOT NULL,
  external_id TEXT NOT NULL,
  thread INTEGER NOT NULL,
  PRIMARY KEY (user, provider, external_id),
  FOREIGN KEY (user, thread) REFERENCES threads (user, key) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX external_refs_thread ON external_refs (user, thread, provider);
