-- The one call by which a node has a group of commits kept: all planned before, from what the node remembers of each user.
-- A user of whom it remembers wrongly, or who said something by an id that is there already, is left out as a whole and named in
-- the answer; everybody else's commits are written together. Rows carry the user of their own commit, and only such rows are written.
-- Every list is a JSON array of rows, or null. Users are locked in the order of their ids, so that no two groups wait for each other.

CREATE FUNCTION threadkeep.keep(
  users json, said json, held json, threads json, messages json, finished json, runs json, events json, composed json, renewed json,
  ended json, changes json, OUT refused text[], OUT standbys text
) LANGUAGE plpgsql VOLATILE SECURITY INVOKER
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  wanted text[] := ARRAY(SELECT u.id FROM json_to_recordset(users) AS u(id text));
  good text[];
  all_good boolean;
  now_ms bigint;
BEGIN
  PERFORM set_config('threadkeep.users', wanted::text, true);
  WITH locked AS MATERIALIZED (
    SELECT u.id, u.change_seq FROM threadkeep.users u WHERE u.id = ANY (wanted) ORDER BY u.id FOR NO KEY UPDATE
  )
  SELECT coalesce(array_agg(l.id), '{}') INTO good
  FROM locked l JOIN json_to_recordset(users) AS s(id text, seen bigint) ON s.id = l.id
  WHERE s.seen IS NULL OR s.seen = l.change_seq;

  IF said IS NOT NULL THEN
    good := ARRAY(SELECT unnest(good) EXCEPT
      SELECT s.user_id FROM json_to_recordset(said) AS s(user_id text, thread_id text, id text)
      WHERE EXISTS (SELECT FROM threadkeep.messages m WHERE m.user_id = s.user_id AND m.thread_id = s.thread_id AND m.id = s.id));
  END IF;
  -- Whoever writes for a run must still hold it, and goes on where its log ends.
  IF held IS NOT NULL THEN
    good := ARRAY(SELECT unnest(good) EXCEPT
      SELECT h.user_id FROM json_to_recordset(held) AS h(user_id text, id text, epoch integer, ordinal integer)
      -- Asked beside the search, and not within: a search for what is open goes through all that are open, whosever they are.
      WHERE (SELECT r.status = 0 AND r.epoch = h.epoch FROM threadkeep.runs r WHERE r.user_id = h.user_id AND r.id = h.id) IS NOT TRUE
        OR EXISTS (SELECT FROM threadkeep.run_events e WHERE e.user_id = h.user_id AND e.run_id = h.id AND e.ordinal = h.ordinal));
  END IF;
  refused := ARRAY(SELECT unnest(wanted) EXCEPT SELECT unnest(good));
  standbys := CASE WHEN current_setting('synchronous_commit') IN ('on', 'remote_apply') THEN current_setting('synchronous_standby_names') ELSE '' END;
  all_good := cardinality(refused) = 0;
  IF cardinality(good) = 0 THEN
    PERFORM set_config('threadkeep.users', '', true);
    RETURN;
  END IF;

  INSERT INTO threadkeep.messages (user_id, thread_id, seq, id, parent, role, status, placed, text, parts, persona_id, persona_version,
    provider, model, run_id, origin, usage, tag, intent, confidence, entities, sources, metadata, format, checksum, change_seq, created_at)
  SELECT user_id, thread_id, seq, id, parent, role, status, placed, text, parts, persona_id, persona_version, provider, model, run_id, origin,
    usage, tag, intent, confidence, entities, sources, metadata, format, decode(checksum, 'hex'), change_seq, created_at
  FROM json_to_recordset(messages) AS m(user_id text, thread_id text, seq integer, id text, parent integer, role smallint, status smallint,
    placed smallint, text text, parts text, persona_id text, persona_version text, provider text, model text, run_id text, origin text,
    usage text, tag text, intent text, confidence smallint, entities text, sources text, metadata text, format text, checksum text,
    change_seq bigint, created_at bigint)
  WHERE all_good OR m.user_id = ANY (good);

  IF runs IS NOT NULL THEN
    now_ms := floor(extract(epoch FROM clock_timestamp()) * 1000);
    INSERT INTO threadkeep.runs (user_id, id, thread_id, message, reply, attempt, status, owner, epoch, lease_until, context_receipt, started_at)
    SELECT user_id, id, thread_id, message, reply, attempt, 0, owner, 1, now_ms + lease_ms, context_receipt, started_at
    FROM json_to_recordset(runs) AS r(user_id text, id text, thread_id text, message integer, reply integer, attempt integer, owner text,
      lease_ms bigint, context_receipt text, started_at bigint)
    WHERE all_good OR r.user_id = ANY (good);
  END IF;
  IF events IS NOT NULL THEN
    INSERT INTO threadkeep.run_events (user_id, run_id, ordinal, position, events)
    SELECT e.user_id, e.run_id, e.ordinal, e.position, e.events
    FROM json_to_recordset(events) AS e(user_id text, run_id text, ordinal integer, position bigint, events text)
    WHERE all_good OR e.user_id = ANY (good);
  END IF;
  IF composed IS NOT NULL THEN
    UPDATE threadkeep.runs r SET context_receipt = c.context_receipt
    FROM json_to_recordset(composed) AS c(user_id text, id text, context_receipt text)
    WHERE r.user_id = c.user_id AND r.id = c.id AND (all_good OR c.user_id = ANY (good));
  END IF;
  IF renewed IS NOT NULL THEN
    now_ms := floor(extract(epoch FROM clock_timestamp()) * 1000);
    UPDATE threadkeep.runs r SET lease_until = now_ms + c.lease_ms
    FROM json_to_recordset(renewed) AS c(user_id text, id text, lease_ms bigint)
    WHERE r.user_id = c.user_id AND r.id = c.id AND (all_good OR c.user_id = ANY (good));
  END IF;
  IF finished IS NOT NULL THEN
    UPDATE threadkeep.messages m SET status = f.status, text = f.text, parts = f.parts, provider = CASE WHEN f.model IS NULL THEN m.provider ELSE f.provider END,
      model = coalesce(f.model, m.model), usage = f.usage, sources = f.sources, metadata = f.metadata, checksum = decode(f.checksum, 'hex'),
      change_seq = f.change_seq, finished_at = f.finished_at
    FROM json_to_recordset(finished) AS f(user_id text, thread_id text, seq integer, status smallint, text text, parts text, provider text,
      model text, usage text, sources text, metadata text, checksum text, change_seq bigint, finished_at bigint)
    WHERE m.user_id = f.user_id AND m.thread_id = f.thread_id AND m.seq = f.seq AND (all_good OR f.user_id = ANY (good));
  END IF;
  IF ended IS NOT NULL THEN
    UPDATE threadkeep.runs r SET status = c.status, error = c.error, ended_at = c.ended_at
    FROM json_to_recordset(ended) AS c(user_id text, id text, status smallint, error text, ended_at bigint)
    WHERE r.user_id = c.user_id AND r.id = c.id AND (all_good OR c.user_id = ANY (good));
  END IF;
  IF changes IS NOT NULL THEN
    INSERT INTO threadkeep.changes (user_id, change_seq, thread_id, kind, message)
    SELECT c.user_id, c.change_seq, c.thread_id, c.kind, c.message
    FROM json_to_recordset(changes) AS c(user_id text, change_seq bigint, thread_id text, kind smallint, message integer)
    WHERE all_good OR c.user_id = ANY (good);
  END IF;
  -- Each thread and user that the group touched is written once, however many commits touched it.
  IF threads IS NOT NULL THEN
    UPDATE threadkeep.threads t SET head_id = h.head_id, last_seq = h.last_seq, message_count = h.message_count, fork_count = h.fork_count,
      chain = decode(h.chain, 'hex'), change_seq = h.change_seq, updated_at = h.updated_at
    FROM json_to_recordset(threads) AS h(user_id text, id text, head_id text, last_seq integer, message_count integer, fork_count integer,
      chain text, change_seq bigint, updated_at bigint)
    WHERE t.user_id = h.user_id AND t.id = h.id AND (all_good OR h.user_id = ANY (good));
  END IF;
  UPDATE threadkeep.users u SET change_seq = s.change_seq
  FROM json_to_recordset(users) AS s(id text, change_seq bigint)
  WHERE u.id = s.id AND s.change_seq IS NOT NULL AND (all_good OR s.id = ANY (good));
  -- Whoever called this in a transaction that goes on reads on as who they are.
  PERFORM set_config('threadkeep.users', '', true);
END $$;

REVOKE ALL ON FUNCTION threadkeep.keep FROM PUBLIC;
GRANT EXECUTE ON FUNCTION threadkeep.keep TO threadkeep_app;

-- Reading one row by its index costs about as much as reading its neighbour: on today's disks, and out of memory.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_database d WHERE d.datname = current_database() AND pg_has_role(current_user, d.datdba, 'MEMBER')) THEN
    EXECUTE format('ALTER DATABASE %I SET random_page_cost = 1.1', current_database());
  END IF;
END $$;
