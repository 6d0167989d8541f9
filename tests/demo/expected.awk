# What the ledger, the dashboard and the payouts must say, worked out from the two tables as CSV (users, then payments)
# and the plan of switch_on.sql, without the extension. It writes the files -v lines, -v reversals, -v referrers and
# -v payouts, and to standard output the counts. All money is in cents.
BEGIN { FS = "," }
FNR == NR { people++; joined[people] = substr($3, 1, 10); next }
{ payments++; payer[payments] = $2; price[payments] = int($3 * 100 + 0.5); paid[payments] = substr($4, 1, 10) }

function referrer_of(person) { return 1 + (person * person) % 50 }

function tier_at(volume) { return volume >= 1000000 ? "Gold" : volume >= 250000 ? "Silver" : "Bronze" }

function flat(tier) { return tier == "Gold" ? 400 : tier == "Silver" ? 300 : 200 }

function percent(tier) { return tier == "Gold" ? 7 : tier == "Silver" ? 5 : 3 }

# The referrer's volume has changed, and with it perhaps the tier.
function move(referrer, by) {
    volume[referrer] += by
    if (tier_at(volume[referrer]) != tier[referrer]) changes++
    tier[referrer] = tier_at(volume[referrer])
}

# What is payable by the end of June 1998, 30 days after the event.
function due(referrer, cents, day) {
    if (day <= "1998-05-31") { payout[referrer] += cents; held[referrer]++ }
}

function sign_up(person,    referrer, cents) {
    if (person <= 50) return
    referrer = referrer_of(person)
    referrals[referrer]++
    cents = flat(tier_at(volume[referrer]))
    printf "%d|%d|signup|%d|%.2f|%s|%.2f||%.2f|%s\n", referrer, person, person, volume[referrer] / 100, \
        tier_at(volume[referrer]), cents / 100, cents / 100, joined[person] > lines
    accrued[referrer] += cents
    due(referrer, cents, joined[person])
    move(referrer, 0)
}

function pay(id,    referrer, before, after) {
    if (payer[id] <= 50) { refused++; return }
    referrer = referrer_of(payer[id])
    before = volume[referrer]
    after = tier_at(before + price[id])
    # Half up: the sum is of whole cents, so nothing is lost.
    earned[id] = int((price[id] * percent(after) + 50) / 100)
    printf "%d|%d|payment|%d|%.2f|%s|%.2f|%.2f|%.2f|%s\n", referrer, payer[id], id, before / 100, after, \
        percent(after), price[id] / 100, earned[id] / 100, paid[id] > lines
    accrued[referrer] += earned[id]
    due(referrer, earned[id], paid[id])
    move(referrer, price[id])
}

# Every 25th payment is refunded.
function refund(from, to,    id, referrer) {
    for (id = from; id <= to; id++) {
        if (id % 25 || payer[id] <= 50) continue
        referrer = referrer_of(payer[id])
        printf "%d|%d|%.2f|%.2f|%s\n", id, referrer, -price[id] / 100, -earned[id] / 100, paid[id] > reversals
        taken++
        reversed[referrer] += earned[id]
        due(referrer, -earned[id], paid[id])
        move(referrer, -price[id])
    }
}

END {
    person = id = 1
    # January and February: everybody, then all payments.
    while (joined[person] < "1997-03-01") sign_up(person++)
    while (paid[id] < "1997-03-01") pay(id++)
    # March, day by day: people before payments.
    while (paid[id] < "1997-04-01") {
        day = paid[id]
        while (person <= people && joined[person] <= day) sign_up(person++)
        while (paid[id] == day) pay(id++)
    }
    refund(1, id - 1)
    first = id
    while (id <= payments) pay(id++)
    refund(first, payments)

    for (referrer in referrals) {
        printf "%d|%d|%.2f|%s|%.2f|%.2f\n", referrer, referrals[referrer], volume[referrer] / 100, tier[referrer], \
            accrued[referrer] / 100, reversed[referrer] / 100 > referrers
        if (payout[referrer] >= 10000) {
            printf "%d|%.2f|%d\n", referrer, payout[referrer] / 100, held[referrer] > payouts
            drafted++
            in_payouts += held[referrer]
        }
    }
    print "participants|" people
    print "ties|" people - 50
    print "accruals|" people - 50 + payments - refused
    print "reversals|" taken
    print "lines that are not live|0"
    print "lines in the audit|" people - 50 + payments - refused + taken
    print "tier changes in the audit|" changes
    print "refused: no_referrer|" refused
    print "other refusals, sign-ups skipped or untied|0"
    print "payouts|" drafted
    print "lines in payouts|" in_payouts
}
