# What the ledger and the dashboard must say, worked out from the users table as CSV and the plan of switch_on.sql,
# without the extension: -v lines=FILE and -v referrers=FILE are written.
BEGIN { FS = "," }
$1 > 50 {
    referrer = 1 + ($1 * $1) % 50
    volume = ++referrals[referrer]
    if (volume >= 200) { tier = "Gold"; cents = 400 }
    else if (volume >= 50) { tier = "Silver"; cents = 300 }
    else { tier = "Bronze"; cents = 200 }
    printf "%d|%d|%s|%.2f|%s\n", referrer, $1, tier, cents / 100, substr($3, 1, 10) > lines
    earned[referrer] += cents
    reached[referrer] = tier
}
END {
    for (referrer in referrals)
        printf "%d|%d|%s|%.2f\n", referrer, referrals[referrer], reached[referrer], earned[referrer] / 100 > referrers
}
