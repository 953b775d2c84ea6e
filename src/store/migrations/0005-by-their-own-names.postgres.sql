-- The names by which other systems know these things: functions that PAM calls, and views that ARIA, the chat-history ADR, the companion
-- and the marketing assistant read. All of it is on the same tables and under the same row security. docs/postgres-functions.md has more.
-- What is written here is what a node would have written: planned under the lock of the user, and carried out by threadkeep.keep.
-- oldest code: 3

-- Behind PostgREST the user is whom the verified token names.
CREATE OR REPLACE FUNCTION threadkeep.user_of_context() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(nullif(current_setting('threadkeep.user_id', true), ''),
    nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub', ''));

-- PAM's own backend comes for every user, and holds no more than the random name of a conversation: it may learn whose that one is.
CREATE POLICY service_finds_conversation ON threadkeep.external_refs FOR SELECT TO threadkeep_service
  USING (provider = 'pam' AND external_id = (SELECT current_setting('threadkeep.conversation', true)));
CREATE INDEX external_refs_conversation ON threadkeep.external_refs (external_id) WHERE provider = 'pam';

CREATE FUNCTION threadkeep.is_service() RETURNS boolean LANGUAGE sql STABLE RETURN pg_has_role(current_user, 'threadkeep_service', 'USAGE');

CREATE FUNCTION threadkeep.now_ms() RETURNS bigint LANGUAGE sql VOLATILE
  RETURN floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint;

-- The characters of a text as every other room counts them: one beyond U+FFFF is two.
CREATE FUNCTION threadkeep.chars(t text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN length(t) + length(regexp_replace(t, '[\u0001-\uFFFF]', '', 'g'));

CREATE FUNCTION threadkeep.bytes(t text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN length(convert_to(t, 'UTF8'));

-- An id that sorts by the moment it was made: a random one with the time before it.
CREATE FUNCTION threadkeep.new_id() RETURNS uuid LANGUAGE sql VOLATILE
  RETURN encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send(threadkeep.now_ms()) FROM 3) FROM 1 FOR 6),
    52, 1), 53, 1), 'hex')::uuid;

-- The same bytes that core/checksum.ts names.
CREATE FUNCTION threadkeep.hashed_field(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN threadkeep.bytes(t) || ':' || t;

CREATE FUNCTION threadkeep.sha16(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN encode(substring(sha256(convert_to(t, 'UTF8')) FROM 1 FOR 16), 'hex');

-- Sixteen bytes and sixteen more, as hex.
CREATE FUNCTION threadkeep.xor16(a text, b text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN encode(
    int8send((('x' || left(a, 16))::bit(64) # ('x' || left(b, 16))::bit(64))::bigint) ||
    int8send((('x' || right(a, 16))::bit(64) # ('x' || right(b, 16))::bit(64))::bigint), 'hex');

-- A number as JavaScript writes it.
CREATE FUNCTION threadkeep.canonical_number(n numeric) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
  SET extra_float_digits = 1
AS $$
DECLARE
  v double precision := n;
BEGIN
  IF v = trunc(v) THEN
    IF abs(v) > 9007199254740991 THEN
      RAISE EXCEPTION 'JSON holds an integer beyond 2^53, which cannot be kept exactly.' USING ERRCODE = '22023', HINT = 'Send it as a string.';
    END IF;
    RETURN v::bigint;
  END IF;
  RETURN CASE WHEN abs(v) < 1e-6 THEN regexp_replace(v::text, 'e-0', 'e-') ELSE v::text::numeric::text END;
END $$;

-- JSON as the one text that is kept of it on every engine: no spaces, whole-number keys first, the others in the order in which jsonb has them.
CREATE FUNCTION threadkeep.canonical_json(j jsonb, depth integer DEFAULT 1) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF depth > 64 THEN
    RAISE EXCEPTION 'JSON may be nested at most 64 levels deep.' USING ERRCODE = '22023';
  END IF;
  CASE jsonb_typeof(j)
    WHEN 'object' THEN
      RETURN '{' || coalesce((
        SELECT string_agg(to_json(e.key)::text || ':' || threadkeep.canonical_json(e.value, depth + 1), ',' ORDER BY e.index, e.place)
        FROM (
          SELECT key, value, ordinality AS place, CASE WHEN key ~ '^(0|[1-9][0-9]{0,9})$' THEN
            CASE WHEN key::bigint < 4294967295 THEN key::bigint END END AS index
          FROM jsonb_each(j) WITH ORDINALITY) e), '') || '}';
    WHEN 'array' THEN
      RETURN '[' || coalesce((
        SELECT string_agg(threadkeep.canonical_json(e.value, depth + 1), ',' ORDER BY e.ordinality)
        FROM jsonb_array_elements(j) WITH ORDINALITY AS e), '') || ']';
    WHEN 'number' THEN
      RETURN threadkeep.canonical_number((j #>> '{}')::numeric);
    ELSE
      RETURN j::text;
  END CASE;
END $$;

-- What a field of JSON is kept as, or why it is not.
CREATE FUNCTION threadkeep.kept_json(field text, j jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  kept text := threadkeep.canonical_json(nullif(j, 'null'));
BEGIN
  IF threadkeep.bytes(kept) > 16384 THEN
    RAISE EXCEPTION '% holds at most 16 KiB of JSON.', field USING ERRCODE = '54000';
  END IF;
  RETURN kept;
END $$;

CREATE FUNCTION threadkeep.refuse_long(field text, t text, chars_max integer) RETURNS void LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF threadkeep.chars(t) > chars_max THEN
    RAISE EXCEPTION '% holds at most % characters.', field, chars_max USING ERRCODE = '22001';
  END IF;
END $$;

-- From here on the transaction sees this user, if the caller may come for them; returns what threadkeep.user_id was, to be set back.
CREATE FUNCTION threadkeep.come_for(user_id text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  before text := coalesce(current_setting('threadkeep.user_id', true), '');
BEGIN
  IF NOT threadkeep.is_service() AND user_id IS DISTINCT FROM threadkeep.user_of_context() THEN
    RAISE EXCEPTION 'The role % may come for the user of its own context only.', current_user USING ERRCODE = '42501',
      HINT = 'Set threadkeep.user_id, come with a token that names the user, or come as a member of threadkeep_service.';
  END IF;
  IF user_id IS NULL OR user_id = '' THEN
    RAISE EXCEPTION 'A user has an id.' USING ERRCODE = '22023';
  END IF;
  PERFORM threadkeep.refuse_long('The id of a user', user_id, 255);
  PERFORM set_config('threadkeep.users', '', true), set_config('threadkeep.user_id', user_id, true);
  RETURN before;
END $$;

-- Nobody else writes for this user until the transaction ends.
CREATE FUNCTION threadkeep.lock_user(user_id text) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  seen bigint;
BEGIN
  SELECT u.change_seq INTO seen FROM threadkeep.users u WHERE u.id = user_id FOR NO KEY UPDATE;
  IF NOT FOUND AND NOT threadkeep.is_service() THEN
    RAISE EXCEPTION 'There is no user "%" yet.', user_id USING ERRCODE = '42501',
      HINT = 'A user comes into being with a first thread or message over /v1, or by a member of threadkeep_service.';
  ELSIF NOT FOUND THEN
    INSERT INTO threadkeep.users (id, change_seq, created_at) VALUES (user_id, 0, threadkeep.now_ms()) ON CONFLICT DO NOTHING;
    SELECT u.change_seq INTO STRICT seen FROM threadkeep.users u WHERE u.id = user_id FOR NO KEY UPDATE;
  END IF;
  RETURN seen;
END $$;

-- One commit of one user under their lock, in the same call as everybody's. Whoever reads on is in no batch any more.
CREATE FUNCTION threadkeep.keep_one(user_id text, seen bigint, thread json, message json, kind integer, thread_id text, seq integer)
  RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  refused text[];
BEGIN
  SELECT k.refused INTO STRICT refused FROM threadkeep.keep(
    users => json_build_array(json_build_object('id', user_id, 'seen', seen, 'change_seq', seen + 1)),
    said => NULL, held => NULL, threads => CASE WHEN thread IS NOT NULL THEN json_build_array(thread) END,
    messages => CASE WHEN message IS NOT NULL THEN json_build_array(message) END, finished => NULL, runs => NULL, events => NULL,
    composed => NULL, renewed => NULL, ended => NULL,
    changes => json_build_array(json_build_object('user_id', user_id, 'change_seq', seen + 1, 'thread_id', thread_id, 'kind', kind,
      'message', seq))) k;
  PERFORM set_config('threadkeep.users', '', true);
  IF cardinality(refused) > 0 THEN
    RAISE EXCEPTION 'What was planned under the lock of user "%" was refused.', user_id USING ERRCODE = 'XX000';
  END IF;
END $$;

CREATE FUNCTION threadkeep.thread_of_session(user_id text, session_id text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF session_id IS NULL THEN
    RETURN (SELECT t.id FROM threadkeep.users u JOIN threadkeep.threads t ON t.user_id = u.id AND t.id = u.main_thread_id
      WHERE u.id = thread_of_session.user_id AND t.binned_at IS NULL);
  END IF;
  RETURN (SELECT t.id FROM threadkeep.threads t
    WHERE t.user_id = thread_of_session.user_id AND t.external_key = session_id AND t.binned_at IS NULL);
END $$;

CREATE FUNCTION threadkeep.conversation_of(user_id text, thread_id text) RETURNS uuid LANGUAGE sql STABLE
  RETURN (SELECT r.external_id::uuid FROM threadkeep.external_refs r
    WHERE r.user_id = $1 AND r.thread_id = $2 AND r.provider = 'pam');

-- A head that leads nowhere loses no message: the newest one takes its place.
CREATE FUNCTION threadkeep.head_seq(user_id text, thread_id text) RETURNS integer LANGUAGE sql STABLE
  RETURN (SELECT coalesce((SELECT h.seq FROM threadkeep.messages h
      WHERE h.user_id = $1 AND h.thread_id = $2 AND h.id BETWEEN t.head_id AND t.head_id ORDER BY h.id LIMIT 1), t.last_seq)
    FROM threadkeep.threads t WHERE t.user_id = $1 AND t.id = $2);

-- A thread without anything in it, as it is kept when a node makes one.
CREATE FUNCTION threadkeep.make_thread(user_id text, session_id text, context text, seen bigint) RETURNS uuid LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  made uuid := threadkeep.new_id();
  at bigint := threadkeep.now_ms();
  given text := '[null,null,' || coalesce(to_json(session_id)::text, 'null') || ',' || coalesce(to_json(context)::text, 'null') || ',null]';
BEGIN
  INSERT INTO threadkeep.threads (user_id, id, born, external_key, context, message_count, last_seq, fork_count, chain, created_as,
    change_seq, created_at, updated_at)
  VALUES (user_id, made, seen + 1, session_id, context, 0, 0, 0, decode(repeat('00', 16), 'hex'), decode(threadkeep.sha16(given), 'hex'),
    seen + 1, at, at);
  INSERT INTO threadkeep.external_refs (user_id, provider, external_id, thread_id) VALUES (user_id, 'pam', made, made);
  IF session_id IS NULL THEN
    UPDATE threadkeep.users u SET main_thread_id = made WHERE u.id = user_id;
  END IF;
  PERFORM threadkeep.keep_one(user_id, seen, NULL, NULL, 2, made::text, NULL);
  RETURN made;
END $$;

-- A thread that came another way is called by a uuid of its own making: nobody else can have chosen it.
CREATE FUNCTION threadkeep.name_conversation(user_id text, thread_id text, seen bigint) RETURNS uuid LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  conversation uuid := gen_random_uuid();
  head json;
BEGIN
  INSERT INTO threadkeep.external_refs (user_id, provider, external_id, thread_id) VALUES (user_id, 'pam', conversation, thread_id);
  SELECT json_build_object('user_id', t.user_id, 'id', t.id, 'head_id', t.head_id, 'last_seq', t.last_seq, 'message_count', t.message_count,
    'fork_count', t.fork_count, 'chain', encode(t.chain, 'hex'), 'change_seq', seen + 1, 'updated_at', t.updated_at)
  INTO STRICT head FROM threadkeep.threads t WHERE t.user_id = name_conversation.user_id AND t.id = thread_id;
  PERFORM threadkeep.keep_one(user_id, seen, head, NULL, 21, thread_id, NULL);
  RETURN conversation;
END $$;

CREATE SCHEMA pam;

-- p_session_id null is the user's main thread, and otherwise its external key. The context is given once, when the thread is made.
CREATE FUNCTION pam.get_or_create_pam_conversation(p_user_id text, p_session_id text DEFAULT NULL, p_context jsonb DEFAULT '{}')
  RETURNS uuid LANGUAGE plpgsql VOLATILE SECURITY INVOKER
AS $$
DECLARE
  before text := threadkeep.come_for(p_user_id);
  session_id text := nullif(p_session_id, '');
  thread_id text := threadkeep.thread_of_session(p_user_id, session_id);
  conversation uuid := threadkeep.conversation_of(p_user_id, thread_id);
  seen bigint;
BEGIN
  IF conversation IS NULL THEN
    PERFORM threadkeep.refuse_long('A session id', session_id, 255);
    seen := threadkeep.lock_user(p_user_id);
    thread_id := threadkeep.thread_of_session(p_user_id, session_id);
    conversation := CASE WHEN thread_id IS NULL
      THEN threadkeep.make_thread(p_user_id, session_id, threadkeep.kept_json('The context of a thread', p_context), seen)
      ELSE coalesce(threadkeep.conversation_of(p_user_id, thread_id), threadkeep.name_conversation(p_user_id, thread_id, seen)) END;
  END IF;
  PERFORM set_config('threadkeep.user_id', before, true);
  RETURN conversation;
END $$;

-- Whose conversation this is and which thread; of a stranger's as little as of none. An own thread may also be called by its own id.
CREATE FUNCTION threadkeep.find_conversation(conversation uuid, OUT user_id text, OUT thread_id text) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  found_rows integer;
BEGIN
  PERFORM set_config('threadkeep.users', '', true), set_config('threadkeep.conversation', conversation::text, true);
  SELECT count(*), min(r.user_id), min(r.thread_id) INTO found_rows, user_id, thread_id
  FROM threadkeep.external_refs r WHERE r.provider = 'pam' AND r.external_id = conversation::text;
  PERFORM set_config('threadkeep.conversation', '', true);
  IF found_rows = 0 THEN
    SELECT t.user_id, t.id INTO user_id, thread_id
    FROM threadkeep.threads t WHERE t.user_id = threadkeep.user_of_context() AND t.id = conversation::text;
  END IF;
  IF found_rows > 1 OR user_id IS NULL THEN
    RAISE EXCEPTION 'There is no conversation %.', conversation USING ERRCODE = '23503',
      HINT = 'Ask pam.get_or_create_pam_conversation for one.';
  END IF;
END $$;

-- Says it after the head of the conversation; returns the id of the message.
CREATE FUNCTION pam.store_pam_message(p_conversation_id uuid, p_role text, p_content text, p_intent text DEFAULT NULL,
  p_confidence numeric DEFAULT NULL, p_entities jsonb DEFAULT '{}', p_metadata jsonb DEFAULT '{}')
  RETURNS uuid LANGUAGE plpgsql VOLATILE SECURITY INVOKER
AS $$
DECLARE
  id uuid := threadkeep.new_id();
  at bigint;
  role_code integer := array_position(ARRAY['user', 'assistant', 'system'], p_role) - 1;
  checksum text := threadkeep.sha16(threadkeep.hashed_field(p_role) || threadkeep.hashed_field(p_content));
  entities text := threadkeep.kept_json('entities', p_entities);
  metadata text := threadkeep.kept_json('metadata', p_metadata);
  place record;
  before text;
  seen bigint;
  head record;
BEGIN
  IF role_code IS NULL THEN
    RAISE EXCEPTION 'The role of a message is user, assistant or system, and not %.', coalesce(quote_literal(left(p_role, 80)), 'null')
      USING ERRCODE = '23514';
  ELSIF p_content IS NULL THEN
    RAISE EXCEPTION 'A message has content.' USING ERRCODE = '23502';
  ELSIF threadkeep.bytes(p_content) > 1048576 THEN
    RAISE EXCEPTION 'A message holds at most 1 MiB.' USING ERRCODE = '54000', HINT = 'Send the long part as a file, or split it.';
  ELSIF p_confidence < 0 OR p_confidence > 1 THEN
    RAISE EXCEPTION 'Confidence lies between 0 and 1, and is %.', p_confidence USING ERRCODE = '23514';
  END IF;
  PERFORM threadkeep.refuse_long('An intent', p_intent, 128);
  place := threadkeep.find_conversation(p_conversation_id);
  before := threadkeep.come_for(place.user_id);
  seen := threadkeep.lock_user(place.user_id);
  SELECT t.*, threadkeep.head_seq(t.user_id, t.id), t.last_seq + 1 AS next INTO head
  FROM threadkeep.threads t WHERE t.user_id = place.user_id AND t.id = place.thread_id;
  IF head.id IS NULL THEN
    RAISE EXCEPTION 'There is no conversation %.', p_conversation_id USING ERRCODE = '23503';
  ELSIF head.binned_at IS NOT NULL THEN
    RAISE EXCEPTION 'The conversation % was deleted.', p_conversation_id USING ERRCODE = '55000',
      HINT = 'Restore it first, or ask pam.get_or_create_pam_conversation for another.';
  END IF;
  at := threadkeep.now_ms();
  PERFORM threadkeep.keep_one(place.user_id, seen,
    json_build_object('user_id', place.user_id, 'id', head.id, 'head_id', id, 'last_seq', head.next, 'message_count', head.message_count + 1,
      'fork_count', head.fork_count, 'change_seq', seen + 1, 'updated_at', greatest(head.updated_at, at),
      'chain', threadkeep.xor16(encode(head.chain, 'hex'), threadkeep.sha16(threadkeep.hashed_field(head.next::text)
        || threadkeep.hashed_field(id::text) || threadkeep.hashed_field(checksum)))),
    json_build_object('user_id', place.user_id, 'thread_id', head.id, 'seq', head.next, 'id', id, 'parent', head.head_seq, 'role', role_code,
      'status', 1, 'placed', 0, 'text', p_content, 'origin', CASE WHEN role_code > 0 THEN 'pam' END, 'intent', p_intent,
      'confidence', (round(p_confidence, 2) * 100)::integer, 'entities', entities, 'metadata', metadata, 'format', 'pam', 'checksum', checksum,
      'change_seq', seen + 1, 'created_at', at),
    8, head.id, head.next);
  PERFORM set_config('threadkeep.user_id', before, true);
  RETURN id;
END $$;

-- Newest first, from the head of the user's main thread back along its branch; it stops as soon as there is enough.
CREATE FUNCTION pam.get_conversation_history(p_user_id text, p_limit integer DEFAULT 20)
  RETURNS TABLE (role text, content text, intent text, created_at timestamptz) LANGUAGE plpgsql VOLATILE SECURITY INVOKER ROWS 20
AS $$
DECLARE
  before text := threadkeep.come_for(p_user_id);
  main_thread_id text := threadkeep.thread_of_session(p_user_id, NULL);
  head_seq integer := threadkeep.head_seq(p_user_id, main_thread_id);
BEGIN
  RETURN QUERY
  WITH RECURSIVE branch AS (
    SELECT 0 AS seq, head_seq AS parent, 0::smallint AS role, 0::smallint AS status, '' AS text, NULL AS intent, 0::bigint AS created_at
    UNION ALL
    SELECT p.* FROM branch b CROSS JOIN LATERAL (
      SELECT m.seq, m.parent, m.role, m.status, m.text, m.intent, m.created_at FROM threadkeep.messages m
      WHERE m.user_id = p_user_id AND m.thread_id = main_thread_id AND m.seq BETWEEN b.parent AND b.parent ORDER BY m.seq LIMIT 1) p
  ), newest AS (
    SELECT b.* FROM branch b WHERE b.role BETWEEN 0 AND 2 AND b.status NOT IN (0, 5) AND b.text <> '' LIMIT greatest(coalesce(p_limit, 20), 0)
  )
  SELECT (ARRAY['user', 'assistant', 'system'])[n.role + 1], n.text, n.intent, to_timestamp(n.created_at / 1000.0)
  FROM newest n ORDER BY n.seq DESC;
  PERFORM set_config('threadkeep.user_id', before, true);
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA threadkeep, pam FROM PUBLIC;
GRANT USAGE ON SCHEMA pam TO threadkeep_app, threadkeep_service;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pam TO threadkeep_app, threadkeep_service;
GRANT EXECUTE ON FUNCTION threadkeep.is_service, threadkeep.now_ms, threadkeep.chars, threadkeep.bytes, threadkeep.new_id,
  threadkeep.hashed_field, threadkeep.sha16, threadkeep.xor16, threadkeep.canonical_number, threadkeep.canonical_json, threadkeep.kept_json,
  threadkeep.refuse_long, threadkeep.come_for, threadkeep.lock_user, threadkeep.keep_one, threadkeep.thread_of_session,
  threadkeep.conversation_of, threadkeep.head_seq, threadkeep.make_thread, threadkeep.name_conversation, threadkeep.find_conversation
  TO threadkeep_app, threadkeep_service;
GRANT EXECUTE ON FUNCTION threadkeep.keep TO threadkeep_service;

-- What follows is read only: rows come by /v1 or by pam. Each reader sees what row security shows them.

CREATE VIEW threadkeep.aria_conversations WITH (security_invoker = true) AS
SELECT t.user_id,
  coalesce((SELECT r.external_id FROM threadkeep.external_refs r
    WHERE r.user_id = t.user_id AND r.thread_id = t.id AND r.provider <> 'pam' ORDER BY r.provider <> 'openai', r.provider LIMIT 1),
    t.id) AS thread_id,
  (SELECT count(*)::integer FROM threadkeep.messages m
    WHERE m.user_id = t.user_id AND m.thread_id = t.id AND m.role = 0 AND m.status <> 5) AS message_count,
  (to_timestamp(t.created_at / 1000.0) AT TIME ZONE 'UTC')::timestamp(3) AS started_at
FROM threadkeep.threads t WHERE t.binned_at IS NULL;

CREATE VIEW threadkeep.chat_threads WITH (security_invoker = true) AS
SELECT t.id, t.user_id, t.title, t.metadata::jsonb AS metadata, to_timestamp(t.created_at / 1000.0) AS created_at,
  to_timestamp(t.updated_at / 1000.0) AS updated_at
FROM threadkeep.threads t WHERE t.binned_at IS NULL;

CREATE VIEW threadkeep.chat_messages WITH (security_invoker = true) AS
SELECT m.id, m.thread_id, m.user_id, m.seq, (ARRAY['user', 'assistant', 'system', 'tool'])[m.role + 1] AS role, m.text AS content,
  m.sources::jsonb AS sources, m.metadata::jsonb AS metadata, to_timestamp(m.created_at / 1000.0) AS created_at
FROM threadkeep.messages m JOIN threadkeep.threads t ON t.user_id = m.user_id AND t.id = m.thread_id
WHERE t.binned_at IS NULL AND m.status NOT IN (0, 5);

CREATE SCHEMA companion;

CREATE VIEW companion.users WITH (security_invoker = true) AS
SELECT u.id, u.name, coalesce(nullif(u.default_persona_id, ''), 'sweet_supportive') AS persona, u.persona_prompt::jsonb AS persona_prompt,
  u.language, to_timestamp(u.created_at / 1000.0) AS created_at
FROM threadkeep.users u;

CREATE VIEW companion.sessions WITH (security_invoker = true) AS
SELECT t.id, t.user_id, nullif(t.default_persona_id, '') AS default_persona_id, NULL::jsonb AS persona_snapshot, t.message_count,
  to_timestamp(t.created_at / 1000.0) AS started_at, to_timestamp(t.updated_at / 1000.0) AS last_activity
FROM threadkeep.threads t WHERE t.binned_at IS NULL;

CREATE VIEW companion.messages WITH (security_invoker = true) AS
SELECT m.id, m.thread_id AS session_id, m.user_id, m.seq, CASE m.role WHEN 0 THEN 'user' ELSE 'ai' END AS role, m.text, m.tag,
  jsonb_path_query_first(m.parts::jsonb, '$[*] ? (@.type == "image").url') #>> '{}' AS image_url, m.persona_id,
  to_timestamp(m.created_at / 1000.0) AS created_at
FROM threadkeep.messages m JOIN threadkeep.threads t ON t.user_id = m.user_id AND t.id = m.thread_id
WHERE t.binned_at IS NULL AND m.status NOT IN (0, 5) AND m.role IN (0, 1);

CREATE SCHEMA marketing;

CREATE VIEW marketing.sessions WITH (security_invoker = true) AS
SELECT coalesce(t.external_key, t.id) AS session_id, t.user_id, t.message_count,
  to_char(to_timestamp(t.created_at / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created_at,
  to_char(to_timestamp(t.updated_at / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS last_activity
FROM threadkeep.threads t WHERE t.binned_at IS NULL;

CREATE VIEW marketing.messages WITH (security_invoker = true) AS
SELECT m.id, coalesce(t.external_key, t.id) AS session_id, m.user_id, m.seq,
  (ARRAY['user', 'assistant', 'system', 'tool'])[m.role + 1] AS role, m.text AS content,
  to_char(to_timestamp(m.created_at / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS timestamp
FROM threadkeep.messages m JOIN threadkeep.threads t ON t.user_id = m.user_id AND t.id = m.thread_id
WHERE t.binned_at IS NULL AND m.status NOT IN (0, 5);

GRANT USAGE ON SCHEMA companion, marketing TO threadkeep_app, threadkeep_service, threadkeep_report;
GRANT SELECT ON threadkeep.aria_conversations, threadkeep.chat_threads, threadkeep.chat_messages, companion.users, companion.sessions,
  companion.messages, marketing.sessions, marketing.messages TO threadkeep_app, threadkeep_service, threadkeep_report;
