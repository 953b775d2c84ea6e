-- The upkeep may learn who has something in the bin and since when, and nothing of what it is: each thing is looked up and forgotten in the
-- context of its own user.
-- oldest code: 3

GRANT SELECT (keep_until) ON threadkeep.threads TO threadkeep_upkeep;
GRANT SELECT (user_id, deleted_at) ON threadkeep.bin TO threadkeep_upkeep;
CREATE POLICY upkeep_names_bin ON threadkeep.bin FOR SELECT TO threadkeep_upkeep USING (true);
