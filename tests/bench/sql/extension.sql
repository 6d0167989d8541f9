-- What somebody who uses the extension does.
SELECT referrals.attach('users', code => 'code');
SELECT referrals.attach_events('payments', kind => 'payment', key => 'id', referee => 'user_id', amount => 'amount',
  accrue_when => $$status = 'paid'$$, reverse_when => $$status = 'refunded'$$);
