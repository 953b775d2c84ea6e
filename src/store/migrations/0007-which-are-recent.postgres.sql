-- The upkeep may learn when a thread last changed, so that a node can bring the most recent ones into memory when it starts; what is in
-- them is read in the context of their own user.
-- oldest code: 3

GRANT SELECT (updated_at) ON threadkeep.threads TO threadkeep_upkeep;
