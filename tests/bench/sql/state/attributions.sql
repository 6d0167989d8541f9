SELECT referee.user_key, referrer.user_key, tie.mode, dense_rank() OVER (ORDER BY tie.attributed_at)
FROM referrals.attribution AS tie
JOIN referrals.participant AS referee ON referee.participant_id = tie.referee_id
JOIN referrals.participant AS referrer ON referrer.participant_id = tie.referrer_id
ORDER BY 1;
