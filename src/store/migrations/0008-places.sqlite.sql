-- Where somebody is in each of their threads: how far they have read, and what they have begun to write there. A thread takes it along.
-- A change of this kind cannot be read by code that does not know it, so that no older code may use the store.

CREATE TABLE places (
  user INTEGER NOT NULL,
  thread INTEGER NOT NULL,
  read_seq INTEGER NOT NULL CHECK (read_seq >= 0),
  draft TEXT CHECK (draft <> ''),
  draft_at INTEGER,
  change_seq INTEGER NOT NULL,
  PRIMARY KEY (user, thread),
  FOREIGN KEY (user, thread) REFERENCES threads (user, key) ON DELETE CASCADE
) STRICT;
