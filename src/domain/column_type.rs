//! Which column types can hold what of a sign-up.

/// Whether a value of the type has one text form, whatever the session's settings are.
///
/// `category` and `name` are those of pg_type, below any domains. Refused are composites, arrays, ranges and
/// pseudo-types, which are no keys, booleans, and types whose text depends on a setting: dates and times (DateStyle,
/// TimeZone), floats (extra_float_digits), money (lc_monetary), bytea (bytea_output), names of objects (search_path).
pub fn has_stable_text(name: &str, category: char) -> bool {
    let no_key = ['A', 'B', 'C', 'D', 'G', 'P', 'R', 'T', 'X'].contains(&category);
    let unstable = ["float4", "float8", "money", "bytea", "json", "jsonb", "xml"].contains(&name);
    let object_name = category == 'N' && name.starts_with("reg");
    !(no_key || unstable || object_name)
}

/// Whether a value of the type is an exact number.
pub fn is_number(name: &str) -> bool {
    ["numeric", "int2", "int4", "int8"].contains(&name)
}

/// Whether a value of the type is a point in time.
pub fn is_time(name: &str) -> bool {
    ["timestamptz", "timestamp", "date"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_reads_the_same_everywhere() {
        for (name, category) in
            [("int8", 'N'), ("numeric", 'N'), ("uuid", 'U'), ("text", 'S'), ("bpchar", 'S'), ("mood", 'E')]
        {
            assert!(has_stable_text(name, category), "{name}");
        }
        for (name, category) in [
            ("pair", 'C'),
            ("_int4", 'A'),
            ("float8", 'N'),
            ("regclass", 'N'),
            ("timestamptz", 'D'),
            ("bytea", 'U'),
            ("jsonb", 'U'),
            ("bool", 'B'),
            ("int4range", 'R'),
        ] {
            assert!(!has_stable_text(name, category), "{name}");
        }
        assert!(is_time("date") && is_time("timestamptz") && !is_time("time") && !is_time("int8"));
    }
}
