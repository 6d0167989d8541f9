\echo Use "ALTER EXTENSION referrals UPDATE TO '0.2.0'" to load this file. \quit

-- From 0.1.0 to 0.2.0. Nothing that is recorded changes. What is new stands in the same words in the files of this
-- directory that make a fresh install.
