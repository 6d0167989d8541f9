CREATE EXTENSION referrals;

SELECT referrals.define_program('default', '{
  "currency": "USD", "metric": "revenue", "hold_days": 30,
  "tiers": [
    {"name": "Bronze", "from": 0,     "rates": {"signup": {"flat": "2.00"}, "payment": {"percent": 3}}},
    {"name": "Silver", "from": 2500,  "rates": {"signup": {"flat": "3.00"}, "payment": {"percent": 5}}},
    {"name": "Gold",   "from": 10000, "rates": {"signup": {"flat": "4.00"}, "payment": {"percent": 7}}}
  ]
}');

SELECT referrals.attach('users', code => 'wanted_code', registered_at => 'registered_at');

SELECT referrals.attach_events('payments', kind => 'payment', key => 'id', referee => 'user_id', amount => 'amount',
  occurred_at => 'paid_at', reverse_when => $$status = 'refunded'$$);
