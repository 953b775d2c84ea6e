-- What other systems call a thread: one name for each provider, and a name means one thread of its user.
-- Both ways are found by a key that begins with the user. Code that knows nothing of it loses nothing: a thread takes its names along.
-- oldest code: 3

CREATE TABLE threadkeep.external_refs (
  user_id text COLLATE "C" NOT NULL,
  provider text COLLATE "C" NOT NULL,
  external_id text COLLATE "C" NOT NULL,
  thread_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (user_id, provider, external_id),
  FOREIGN KEY (user_id, thread_id) REFERENCES threadkeep.threads (user_id, id) ON DELETE CASCADE
);

CREATE UNIQUE INDEX external_refs_thread ON threadkeep.external_refs (user_id, thread_id, provider);

ALTER TABLE threadkeep.external_refs ENABLE ROW LEVEL SECURITY;
ALTER TABLE threadkeep.external_refs FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON threadkeep.external_refs TO threadkeep_app, threadkeep_service;
CREATE POLICY own ON threadkeep.external_refs TO threadkeep_app, threadkeep_service
  USING (user_id COLLATE "POSIX" = (SELECT threadkeep.user_of_context())
    OR user_id COLLATE "POSIX" = ANY ((SELECT threadkeep.users_of_batch())::text[]));
CREATE POLICY report ON threadkeep.external_refs FOR SELECT TO threadkeep_report USING (true);
GRANT SELECT ON threadkeep.external_refs TO threadkeep_report;
