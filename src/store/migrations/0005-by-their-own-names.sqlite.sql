-- The companion's and the marketing assistant's own words for what is kept, to be read with any SQLite tool while the house runs.
-- A file has no schemas, so what is companion.messages on PostgreSQL is companion_messages here. Nothing can be written by these names.
-- oldest code: 1

CREATE VIEW companion_users AS
SELECT u.id, u.name, coalesce(nullif(u.default_persona_id, ''), 'sweet_supportive') AS persona, u.persona_prompt, u.language,
  strftime('%Y-%m-%dT%H:%M:%fZ', u.created_at / 1000.0, 'unixepoch') AS created_at
FROM users u;

CREATE VIEW companion_sessions AS
SELECT t.id, u.id AS user_id, nullif(t.default_persona_id, '') AS default_persona_id, NULL AS persona_snapshot, t.message_count,
  strftime('%Y-%m-%dT%H:%M:%fZ', t.created_at / 1000.0, 'unixepoch') AS started_at,
  strftime('%Y-%m-%dT%H:%M:%fZ', t.updated_at / 1000.0, 'unixepoch') AS last_activity
FROM threads t JOIN users u ON u.key = t.user
WHERE t.binned_at IS NULL;

CREATE VIEW companion_messages AS
SELECT m.id, t.id AS session_id, u.id AS user_id, m.seq, CASE m.role WHEN 0 THEN 'user' ELSE 'ai' END AS role, m.text, m.tag,
  (SELECT p.value ->> 'url' FROM json_each(m.parts) p WHERE p.value ->> 'type' = 'image' ORDER BY p.key LIMIT 1) AS image_url,
  (SELECT n.id FROM personas n WHERE n.key = m.persona) AS persona_id,
  strftime('%Y-%m-%dT%H:%M:%fZ', m.created_at / 1000.0, 'unixepoch') AS created_at
FROM messages m JOIN threads t ON t.user = m.user AND t.key = m.thread JOIN users u ON u.key = m.user
WHERE t.binned_at IS NULL AND m.status NOT IN (0, 5) AND m.role IN (0, 1);

CREATE VIEW marketing_sessions AS
SELECT coalesce(t.external_key, t.id) AS session_id, u.id AS user_id, t.message_count,
  strftime('%Y-%m-%dT%H:%M:%fZ', t.created_at / 1000.0, 'unixepoch') AS created_at,
  strftime('%Y-%m-%dT%H:%M:%fZ', t.updated_at / 1000.0, 'unixepoch') AS last_activity
FROM threads t JOIN users u ON u.key = t.user
WHERE t.binned_at IS NULL;

CREATE VIEW marketing_messages AS
SELECT m.id, coalesce(t.external_key, t.id) AS session_id, u.id AS user_id, m.seq,
  CASE m.role WHEN 0 THEN 'user' WHEN 1 THEN 'assistant' WHEN 2 THEN 'system' ELSE 'tool' END AS role, m.text AS content,
  strftime('%Y-%m-%dT%H:%M:%fZ', m.created_at / 1000.0, 'unixepoch') AS timestamp
FROM messages m JOIN threads t ON t.user = m.user AND t.key = m.thread JOIN users u ON u.key = m.user
WHERE t.binned_at IS NULL AND m.status NOT IN (0, 5);
