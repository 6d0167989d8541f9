# The users table as CSV, then purchases in their order as "date cdnow_id amount" -> the payments table as CSV:
# id, user_id, amount, paid_at.
FNR == NR { split($0, user, ","); number[user[2]] = user[1]; next }
{
    day = substr($1, 1, 4) "-" substr($1, 5, 2) "-" substr($1, 7, 2) " 00:00+00"
    printf "%d,%d,%s,%s\n", FNR, number[$2], $3, day
}
