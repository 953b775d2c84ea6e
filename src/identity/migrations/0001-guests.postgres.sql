-- Guests, shared by every node: a token is never here, only its hash. No user of a conversation is looked up by anything else.

CREATE TABLE threadkeep_identity.guests (
  token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
  user_id text COLLATE "C" NOT NULL UNIQUE,
  created_at bigint NOT NULL,
  last_seen_at bigint NOT NULL
);

GRANT USAGE ON SCHEMA threadkeep_identity TO threadkeep_app;
GRANT SELECT ON threadkeep_identity.migrations TO threadkeep_app;
GRANT SELECT, INSERT, UPDATE (last_seen_at) ON threadkeep_identity.guests TO threadkeep_app;
