-- The second of the two keys to live mode; the first is the setting referrals.allow_live.

CREATE TABLE referrals.environment (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  mode referrals._mode NOT NULL,
  system_identifier text NOT NULL,
  database_name text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE referrals.environment IS 'At most one row: the mode last chosen, and the cluster and database it was chosen in. A copy elsewhere does not match and is mock. No row means mock.';
COMMENT ON COLUMN referrals.environment.singleton IS 'Always true: keeps the table at one row.';
COMMENT ON COLUMN referrals.environment.mode IS 'What go_live or go_mock chose.';
COMMENT ON COLUMN referrals.environment.system_identifier IS 'The cluster''s system identifier at that time.';
COMMENT ON COLUMN referrals.environment.database_name IS 'The database''s name at that time.';
COMMENT ON COLUMN referrals.environment.changed_at IS 'When it was chosen (transaction time).';
