# The users table as CSV -> an INSERT for each.
BEGIN { FS = "," }
{
    printf "INSERT INTO users (id, cdnow_id, registered_at, referred_by) VALUES (%s, '%s', '%s', '%s');\n", $1, $2, $3, $5
}
