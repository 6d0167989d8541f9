# Purchases, one a line -> "date sample_id" of each customer's first one.
{
    if (!($2 in first) || $3 < first[$2]) first[$2] = $3
}
END {
    for (customer in first) print first[customer], customer
}
