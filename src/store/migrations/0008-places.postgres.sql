-- Where somebody is in each of their threads: how far they have read, and what they have begun to write there. A thread takes it along.
-- A change of this kind cannot be read by code that does not know it, so that no older code may use the store.

CREATE TABLE threadkeep.places (
  user_id text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  read_seq integer NOT NULL CHECK (read_seq >= 0),
  draft text CHECK (draft <> ''),
  draft_at bigint,
  change_seq bigint NOT NULL,
  PRIMARY KEY (user_id, thread_id),
  FOREIGN KEY (user_id, thread_id) REFERENCES threadkeep.threads (user_id, id) ON DELETE CASCADE
) WITH (fillfactor = 80);

ALTER TABLE threadkeep.places ALTER COLUMN draft SET STATISTICS 0;

ALTER TABLE threadkeep.places ENABLE ROW LEVEL SECURITY;
ALTER TABLE threadkeep.places FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON threadkeep.places TO threadkeep_app, threadkeep_service;
CREATE POLICY own ON threadkeep.places TO threadkeep_app, threadkeep_service
  USING (user_id COLLATE "POSIX" = (SELECT threadkeep.user_of_context())
    OR user_id COLLATE "POSIX" = ANY ((SELECT threadkeep.users_of_batch())::text[]));
CREATE POLICY report ON threadkeep.places FOR SELECT TO threadkeep_report USING (true);
GRANT SELECT ON threadkeep.places TO threadkeep_report;
