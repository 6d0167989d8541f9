# The users table as CSV, then the payments table as CSV -> an INSERT for each row, day by day, people before payments.
BEGIN { FS = "," }
FNR == NR {
    printf "%s 1 INSERT INTO users (id, cdnow_id, registered_at, referred_by) VALUES (%s, '%s', '%s', '%s');\n", \
        substr($3, 1, 10), $1, $2, $3, $5
    next
}
{
    printf "%s 2 INSERT INTO payments (id, user_id, amount, paid_at) VALUES (%s, %s, %s, '%s');\n", \
        substr($4, 1, 10), $1, $2, $3, $4
}
