CREATE EXTENSION referrals;

SELECT referrals.define_program('default', '{
  "currency": "USD",
  "tiers": [
    {"name": "Bronze", "from": 0,   "rates": {"signup": {"flat": "2.00"}}},
    {"name": "Silver", "from": 50,  "rates": {"signup": {"flat": "3.00"}}},
    {"name": "Gold",   "from": 200, "rates": {"signup": {"flat": "4.00"}}}
  ]
}');

SELECT referrals.attach('users', code => 'wanted_code', registered_at => 'registered_at');

