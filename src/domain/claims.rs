//! What the claims of a web token say about who is asking: `request.jwt.claims`, as PostgREST and Supabase set it.

use serde::Deserialize;

/// The one claim that is read. A claim that is given twice is refused, not chosen from.
#[derive(Deserialize)]
struct Claims {
    sub: Option<String>,
}

/// The subject of the claims; `Ok(None)` if they name nobody, as those of an anonymous visitor do. A subject that is no
/// string is no subject (RFC 7519), and `Err` as much as claims that are no JSON object.
pub fn subject(claims: &str) -> Result<Option<String>, Unreadable> {
    if claims.is_empty() {
        return Ok(None);
    }
    // Serde would take an array for the fields in their order.
    if !claims.trim_start().starts_with('{') {
        return Err(Unreadable);
    }
    serde_json::from_str(claims).map(|claims: Claims| claims.sub).map_err(|_| Unreadable)
}

/// The claims are not a JSON object with at most one `sub`, a string.
#[derive(Debug, PartialEq)]
pub struct Unreadable;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_is_the_sub_claim_as_it_is() {
        for (claims, subject_is) in [
            (r#"{"sub": "ann"}"#, "ann"),
            (r#" {"role": "authenticated", "sub": "0f8f", "app": {"sub": "bob"}} "#, "0f8f"),
            (r#"{"sub": " A\u006en\n"}"#, " Ann\n"),
            (r#"{"sub": ""}"#, ""),
        ] {
            assert_eq!(subject(claims), Ok(Some(subject_is.to_owned())), "{claims}");
        }
    }

    #[test]
    fn claims_of_any_size_are_read() {
        let deep = format!(r#"{{"a": {}{}, "sub": "ann"}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(subject(&deep), Ok(Some("ann".to_owned())));
    }

    #[test]
    fn claims_without_a_subject_name_nobody() {
        for claims in
            ["", "{}", r#"{"role": "anon"}"#, r#"{"sub": null}"#, r#"{"SUB": "ann"}"#, r#"{"a": {"sub": "ann"}}"#]
        {
            assert_eq!(subject(claims), Ok(None), "{claims}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for claims in [
            "ann",
            " ",
            "null",
            r#""ann""#,
            r#"["ann"]"#,
            r#"[{"sub": "ann"}]"#,
            r#"{"sub": 42}"#,
            r#"{"sub": true}"#,
            r#"{"sub": ["ann"]}"#,
            r#"{"sub": {"$serde_json::private::Number": "42"}}"#,
            r#"{"sub": "ann""#,
            r#"{"sub": "ann"} {"sub": "bob"}"#,
            r#"{"sub": "ann", "sub": "bob"}"#,
            r#"{"sub": "ann", "\u0073ub": "bob"}"#,
            r#"{'sub': 'ann'}"#,
            "{\"sub\": \"a\u{0}\"}",
            r#"{"sub": "\ud800"}"#,
        ] {
            assert_eq!(subject(claims), Err(Unreadable), "{claims}");
        }
    }
}
