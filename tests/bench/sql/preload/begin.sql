-- Before a database is filled: the code that each person has, and indexes that are not kept up, so that each is built
-- at once afterwards. Only a throw-away server may be treated so.

-- Eight characters, three of them of the alphabet of made codes: neighbours by id are far apart in the index of codes,
-- and new codes, which are random, come in everywhere between them.
CREATE FUNCTION code_of_person(id bigint) RETURNS text LANGUAGE sql IMMUTABLE
RETURN substr('23456789BCDFGHJKMNPQRSTVWXZ', (id * 7919 % 19683 / 729 + 1)::integer, 1)
  || substr('23456789BCDFGHJKMNPQRSTVWXZ', (id * 7919 % 729 / 27 + 1)::integer, 1)
  || substr('23456789BCDFGHJKMNPQRSTVWXZ', (id * 7919 % 27 + 1)::integer, 1) || 'H' || (1000 + id / 19683)::text;

-- Every hundredth person is a referrer, and everybody was brought by one of them, each by the next in turn.
CREATE FUNCTION referrer_of_person(id bigint, referrers bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
RETURN 100 * (1 + CASE WHEN 100 * (1 + id % referrers) = id THEN id + 1 ELSE id END % referrers);

UPDATE pg_index SET indisready = false
WHERE indrelid IN ('referrals.participant'::regclass, 'referrals.attribution'::regclass,
  'referrals.audit_log'::regclass, 'referrals.commission'::regclass);
