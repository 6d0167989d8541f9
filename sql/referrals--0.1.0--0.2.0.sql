\echo Use "ALTER EXTENSION referrals UPDATE TO '0.2.0'" to load this file. \quit

-- From 0.1.0 to 0.2.0. Nothing that is recorded changes. What is new stands in the same words in the files of this
-- directory that make a fresh install.

-- Their plans are not compiled: see functions_users.sql and functions_trust.sql.
ALTER FUNCTION referrals.accrue SET jit = off;
ALTER FUNCTION referrals.reverse SET jit = off;
ALTER FUNCTION referrals.reverse_event SET jit = off;
ALTER FUNCTION referrals._on_event SET jit = off;
ALTER FUNCTION referrals.process_queue SET jit = off;
ALTER FUNCTION referrals._current_standing SET jit = off;
ALTER FUNCTION referrals.tier_of SET jit = off;
ALTER FUNCTION referrals.seal SET jit = off;
ALTER FUNCTION referrals.verify SET jit = off;
ALTER FUNCTION referrals.erase SET jit = off;
ALTER FUNCTION referrals.register SET jit = off;
ALTER FUNCTION referrals._on_sign_up SET jit = off;
ALTER FUNCTION referrals.attribute SET jit = off;
