-- One line a person, for the sign-up. Of each referrer's the first four are rated at Bronze, as the plan says.
INSERT INTO referrals.commission (
  commission_id, mode, kind, side, program_id, plan_version, referrer_id, referee_id, event_kind, event_key,
  volume_before, tier, basis, rate, amount, currency, occurred_at, recorded_at, payable_at
)
SELECT
  1000 + id, 'mock', 'accrual', 'referrer', 1, 1, referrer_of_person(id, :referrers), id, 'signup', id::text,
  before, tier, 'flat', rate, rate, 'USD', at, at, at + interval '720 hours'
FROM (
  SELECT id, :'began'::timestamptz + id * interval '1 microsecond' AS at
  FROM (SELECT generate_series(1, :people::bigint) AS id) AS person
) AS person
JOIN (
  SELECT number, number::numeric(19,4) AS before, CASE WHEN number < 4 THEN 'Bronze' ELSE 'Silver' END AS tier,
    CASE WHEN number < 4 THEN 10.00 ELSE 15.00 END::numeric(19,4) AS rate
  FROM generate_series(0, 99) AS number
) AS rated ON rated.number = (id - 1) / :referrers;
