# First purchases in their order -> the users table as CSV:
# id, cdnow_id, registered_at, wanted_code, referred_by.
# The first 50 have a code to share; everyone after them came with one of those (made up, see tests/data/README.md).
{
    day = substr($1, 1, 4) "-" substr($1, 5, 2) "-" substr($1, 7, 2) " 00:00+00"
    code = NR <= 50 ? sprintf("CDNOW-%04d", NR) : ""
    # As people type it.
    referred_by = NR > 50 ? sprintf("cdnow-%04d", 1 + (NR * NR) % 50) : ""
    printf "%d,%s,%s,%s,%s\n", NR, $2, day, code, referred_by
}
