//! Arguments of a trigger: what it was given, each `name=value`. A dump carries them, and a later version may know more.

/// Writes what must be there, and what may.
pub fn written(required: &[(&str, &String)], optional: &[(&str, &Option<String>)]) -> Vec<String> {
    let given = optional.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    let required = required.iter().map(|(name, value)| (name, *value));
    required.chain(given).map(|(name, value)| format!("{name}={value}")).collect()
}

/// The value of a name; `None` if it was not given.
pub fn value(arguments: &[String], name: &str) -> Option<String> {
    arguments.iter().find_map(|argument| argument.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
}
