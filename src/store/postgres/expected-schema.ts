// Every table, column and index that the migrations make. Written by the test that holds it against a migrated database.

export const expectedSchema = `
column | aria_conversations.message_count | integer
column | aria_conversations.started_at | timestamp(3) without time zone
column | aria_conversations.thread_id | text COLLATE C
column | aria_conversations.user_id | text COLLATE C
column | bin.deleted_at | bigint NOT NULL
column | bin.entities | text
column | bin.intent | text
column | bin.metadata | text
column | bin.parts | text
column | bin.seq | integer NOT NULL KEY
column | bin.sources | text
column | bin.status | smallint NOT NULL
column | bin.tag | text
column | bin.text | text NOT NULL
column | bin.thread_id | text COLLATE C NOT NULL KEY
column | bin.user_id | text COLLATE C NOT NULL KEY
column | changes.change_seq | bigint NOT NULL KEY
column | changes.kind | smallint NOT NULL
column | changes.message | integer
column | changes.thread_id | text COLLATE C
column | changes.user_id | text COLLATE C NOT NULL KEY
column | chat_messages.content | text
column | chat_messages.created_at | timestamp with time zone
column | chat_messages.id | text COLLATE C
column | chat_messages.metadata | jsonb
column | chat_messages.role | text
column | chat_messages.seq | integer
column | chat_messages.sources | jsonb
column | chat_messages.thread_id | text COLLATE C
column | chat_messages.user_id | text COLLATE C
column | chat_threads.created_at | timestamp with time zone
column | chat_threads.id | text COLLATE C
column | chat_threads.metadata | jsonb
column | chat_threads.title | text
column | chat_threads.updated_at | timestamp with time zone
column | chat_threads.user_id | text COLLATE C
column | external_refs.external_id | text COLLATE C NOT NULL KEY
column | external_refs.provider | text COLLATE C NOT NULL KEY
column | external_refs.thread_id | text COLLATE C NOT NULL
column | external_refs.user_id | text COLLATE C NOT NULL KEY
column | marks.mark | text COLLATE C NOT NULL KEY
column | marks.marked_at | bigint NOT NULL
column | marks.seq | integer NOT NULL KEY
column | marks.thread_id | text COLLATE C NOT NULL KEY
column | marks.user_id | text COLLATE C NOT NULL KEY
column | marks.value | text NOT NULL
column | messages.change_seq | bigint NOT NULL
column | messages.checksum | bytea
column | messages.confidence | smallint
column | messages.created_at | bigint NOT NULL
column | messages.deleted_at | bigint
column | messages.entities | text
column | messages.finished_at | bigint
column | messages.format | text
column | messages.id | text COLLATE C NOT NULL
column | messages.intent | text
column | messages.metadata | text
column | messages.model | text
column | messages.origin | text
column | messages.parent | integer NOT NULL
column | messages.parts | text
column | messages.persona_id | text COLLATE C
column | messages.persona_version | text
column | messages.placed | smallint NOT NULL
column | messages.provider | text
column | messages.role | smallint NOT NULL
column | messages.run_id | text COLLATE C
column | messages.seq | integer NOT NULL KEY
column | messages.session_id | text COLLATE C
column | messages.sources | text
column | messages.status | smallint NOT NULL
column | messages.tag | text
column | messages.text | text NOT NULL
column | messages.thread_id | text COLLATE C NOT NULL KEY
column | messages.usage | text
column | messages.user_id | text COLLATE C NOT NULL KEY
column | meta.name | text COLLATE C NOT NULL KEY
column | meta.value | text NOT NULL
column | persona_versions.definition | text
column | persona_versions.persona_id | text COLLATE C NOT NULL KEY
column | persona_versions.version | text COLLATE C NOT NULL KEY
column | places.change_seq | bigint NOT NULL
column | places.draft | text
column | places.draft_at | bigint
column | places.read_seq | integer NOT NULL
column | places.thread_id | text COLLATE C NOT NULL KEY
column | places.user_id | text COLLATE C NOT NULL KEY
column | run_events.events | text NOT NULL
column | run_events.ordinal | integer NOT NULL KEY
column | run_events.position | bigint NOT NULL
column | run_events.run_id | text COLLATE C NOT NULL KEY
column | run_events.user_id | text COLLATE C NOT NULL KEY
column | runs.attempt | integer NOT NULL
column | runs.context_receipt | text
column | runs.ended_at | bigint
column | runs.epoch | integer NOT NULL
column | runs.error | text
column | runs.id | text COLLATE C NOT NULL KEY
column | runs.lease_until | bigint NOT NULL
column | runs.message | integer NOT NULL
column | runs.owner | text NOT NULL
column | runs.reply | integer NOT NULL
column | runs.started_at | bigint NOT NULL
column | runs.status | smallint NOT NULL
column | runs.stop_at | bigint
column | runs.thread_id | text COLLATE C NOT NULL
column | runs.user_id | text COLLATE C NOT NULL KEY
column | threads.archived_at | bigint
column | threads.binned_at | bigint
column | threads.born | bigint NOT NULL
column | threads.chain | bytea NOT NULL
column | threads.change_seq | bigint NOT NULL
column | threads.context | text
column | threads.created_as | bytea NOT NULL
column | threads.created_at | bigint NOT NULL
column | threads.default_persona_id | text
column | threads.external_key | text COLLATE C
column | threads.fork_count | integer NOT NULL
column | threads.head_id | text COLLATE C
column | threads.id | text COLLATE C NOT NULL KEY
column | threads.keep_until | bigint
column | threads.last_seq | integer NOT NULL
column | threads.message_count | integer NOT NULL
column | threads.metadata | text
column | threads.pinned_at | bigint
column | threads.title | text
column | threads.titled_by | text
column | threads.updated_at | bigint NOT NULL
column | threads.user_id | text COLLATE C NOT NULL KEY
column | users.change_seq | bigint NOT NULL
column | users.created_at | bigint NOT NULL
column | users.default_persona_id | text
column | users.id | text COLLATE C NOT NULL KEY
column | users.language | text
column | users.main_thread_id | text COLLATE C
column | users.name | text
column | users.persona_prompt | text
column | users.tenant_id | text
index | bin: bin_pkey | UNIQUE btree (user_id, thread_id, seq)
index | changes: changes_pkey | UNIQUE btree (user_id, change_seq)
index | external_refs: external_refs_conversation | btree (external_id) WHERE (provider = 'pam'::text)
index | external_refs: external_refs_pkey | UNIQUE btree (user_id, provider, external_id)
index | external_refs: external_refs_thread | UNIQUE btree (user_id, thread_id, provider)
index | marks: marks_pkey | UNIQUE btree (user_id, thread_id, seq, mark)
index | messages: messages_departing | btree (user_id, thread_id, seq, parent) WHERE (parent <> (seq - 1))
index | messages: messages_departing_from | btree (user_id, thread_id, parent, seq) WHERE (parent <> (seq - 1))
index | messages: messages_id | UNIQUE btree (user_id, thread_id, id)
index | messages: messages_persona | btree (user_id, thread_id, persona_id, seq) WHERE (persona_id IS NOT NULL)
index | messages: messages_pkey | UNIQUE btree (user_id, thread_id, seq)
index | meta: meta_pkey | UNIQUE btree (name)
index | persona_versions: persona_versions_pkey | UNIQUE btree (persona_id, version)
index | places: places_pkey | UNIQUE btree (user_id, thread_id)
index | run_events: run_events_pkey | UNIQUE btree (user_id, run_id, ordinal)
index | runs: runs_attempt | UNIQUE btree (user_id, thread_id, message, attempt)
index | runs: runs_open | btree (user_id, thread_id) WHERE (status = 0)
index | runs: runs_pkey | UNIQUE btree (user_id, id)
index | threads: threads_active | btree (user_id, updated_at, born) WHERE ((binned_at IS NULL) AND (archived_at IS NULL))
index | threads: threads_archived | btree (user_id, updated_at, born) WHERE ((binned_at IS NULL) AND (archived_at IS NOT NULL))
index | threads: threads_binned | btree (user_id, updated_at, born) WHERE (binned_at IS NOT NULL)
index | threads: threads_born | btree (user_id, born) WHERE (born > 0)
index | threads: threads_external_key | UNIQUE btree (user_id, external_key) WHERE ((external_key IS NOT NULL) AND (binned_at IS NULL))
index | threads: threads_pkey | UNIQUE btree (user_id, id)
index | users: users_pkey | UNIQUE btree (id)
table | aria_conversations | view, security_invoker=true
table | bin | table, row security forced, policies own report upkeep_names_bin
table | changes | table, row security forced, policies own report
table | chat_messages | view, security_invoker=true
table | chat_threads | view, security_invoker=true
table | external_refs | table, row security forced, policies own report service_finds_conversation
table | marks | table, row security forced, policies own report
table | messages | table, row security forced, policies own report
table | meta | table
table | persona_versions | table
table | places | table, row security forced, policies own report, fillfactor=80
table | run_events | table, row security forced, policies own report upkeep_drops_run_logs upkeep_reads_run_logs
table | runs | table, row security forced, policies own report upkeep_finds_open_runs
table | threads | table, row security forced, policies own report upkeep_names_threads, fillfactor=80
table | users | table, row security forced, policies own report upkeep_names_users, fillfactor=80
`
