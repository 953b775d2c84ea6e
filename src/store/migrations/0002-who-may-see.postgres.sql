-- Who may see which rows, said below the application. Without a context nobody sees anything, and that holds for the owner too.
-- threadkeep.user_id names the one user of a transaction. threadkeep.users names the users of a grouped write, and is set by
-- threadkeep.keep alone: nothing is read for anybody in such a transaction.

-- The policies compare by another collation of the same meaning than the indexes do, so that no index is ever chosen for a policy's sake.

CREATE FUNCTION threadkeep.user_of_context() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('threadkeep.user_id', true), '');

CREATE FUNCTION threadkeep.users_of_batch() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(nullif(current_setting('threadkeep.users', true), ''), '{}')::text[];

GRANT USAGE ON SCHEMA threadkeep TO threadkeep_app, threadkeep_service, threadkeep_upkeep, threadkeep_report;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA threadkeep FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threadkeep.user_of_context(), threadkeep.users_of_batch()
  TO threadkeep_app, threadkeep_service, threadkeep_upkeep, threadkeep_report;

GRANT SELECT ON threadkeep.meta TO threadkeep_app, threadkeep_service, threadkeep_upkeep, threadkeep_report;
GRANT SELECT, INSERT ON threadkeep.persona_versions TO threadkeep_app;
GRANT SELECT ON threadkeep.persona_versions TO threadkeep_report;

ALTER TABLE threadkeep.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE threadkeep.users FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON threadkeep.users TO threadkeep_app, threadkeep_service;
CREATE POLICY own ON threadkeep.users TO threadkeep_app, threadkeep_service
  USING (id COLLATE "POSIX" = (SELECT threadkeep.user_of_context()) OR id COLLATE "POSIX" = ANY ((SELECT threadkeep.users_of_batch())::text[]));
CREATE POLICY report ON threadkeep.users FOR SELECT TO threadkeep_report USING (true);
GRANT SELECT ON threadkeep.users TO threadkeep_report;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['threads', 'messages', 'runs', 'run_events', 'changes', 'marks', 'bin'] LOOP
    EXECUTE format('ALTER TABLE threadkeep.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE threadkeep.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON threadkeep.%I TO threadkeep_app, threadkeep_service', name);
    EXECUTE format(
      'CREATE POLICY own ON threadkeep.%I TO threadkeep_app, threadkeep_service
         USING (user_id COLLATE "POSIX" = (SELECT threadkeep.user_of_context()) OR user_id COLLATE "POSIX" = ANY ((SELECT threadkeep.users_of_batch())::text[]))', name);
    EXECUTE format('CREATE POLICY report ON threadkeep.%I FOR SELECT TO threadkeep_report USING (true)', name);
    EXECUTE format('GRANT SELECT ON threadkeep.%I TO threadkeep_report', name);
  END LOOP;
END $$;

-- What core/upkeep.ts asks for no user, and no more: which runs are open, what they said, and the logs of those that ended.
GRANT SELECT (id, change_seq) ON threadkeep.users TO threadkeep_upkeep;
GRANT SELECT (user_id, id, binned_at) ON threadkeep.threads TO threadkeep_upkeep;
GRANT SELECT ON threadkeep.runs TO threadkeep_upkeep;
GRANT SELECT, DELETE ON threadkeep.run_events TO threadkeep_upkeep;
CREATE POLICY upkeep_names_users ON threadkeep.users FOR SELECT TO threadkeep_upkeep USING (true);
CREATE POLICY upkeep_names_threads ON threadkeep.threads FOR SELECT TO threadkeep_upkeep USING (true);
CREATE POLICY upkeep_finds_open_runs ON threadkeep.runs FOR SELECT TO threadkeep_upkeep USING (true);
CREATE POLICY upkeep_reads_run_logs ON threadkeep.run_events FOR SELECT TO threadkeep_upkeep USING (true);
CREATE POLICY upkeep_drops_run_logs ON threadkeep.run_events FOR DELETE TO threadkeep_upkeep USING (true);
