INSERT INTO referrals.attribution (referee_id, referrer_id, mode, attributed_at)
SELECT id, referrer_of_person(id, :referrers), 'mock', :'began'::timestamptz + id * interval '1 microsecond'
FROM (SELECT generate_series(1, :people::bigint) AS id) AS person;
