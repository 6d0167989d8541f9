//! An attachment: which columns of a users table hold what. It is kept in the arguments of the table's trigger.

use super::arguments;

/// Names of columns, unquoted; `None` where there is no such column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attachment {
    /// Identifies a user.
    pub key: String,
    /// Put before the key.
    pub key_prefix: String,
    /// The program that users join as referrers.
    pub program: String,
    /// The code that a user signed up with.
    pub referred_by: Option<String>,
    /// The code that a user wants.
    pub code: Option<String>,
    /// A name to make a memorable code from.
    pub label: Option<String>,
    /// The time of the sign-up.
    pub registered_at: Option<String>,
}

impl Attachment {
    /// As arguments of the trigger.
    pub fn to_arguments(&self) -> Vec<String> {
        let required = [("key", &self.key), ("key_prefix", &self.key_prefix), ("program", &self.program)];
        let optional = [
            ("referred_by", &self.referred_by),
            ("code", &self.code),
            ("label", &self.label),
            ("registered_at", &self.registered_at),
        ];
        arguments::written(&required, &optional)
    }

    /// From arguments of the trigger; `None` if they are not those of an attachment.
    pub fn from_arguments(arguments: &[String]) -> Option<Attachment> {
        let value = |name| arguments::value(arguments, name);
        Some(Attachment {
            key: value("key")?,
            key_prefix: value("key_prefix").unwrap_or_default(),
            program: value("program")?,
            referred_by: value("referred_by"),
            code: value("code"),
            label: value("label"),
            registered_at: value("registered_at"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn arguments_of_another_trigger_are_refused() {
        assert_eq!(Attachment::from_arguments(&[]), None);
        assert_eq!(Attachment::from_arguments(&["id".into(), "default".into()]), None);
        assert_eq!(Attachment::from_arguments(&["key=id".into()]), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(key in ".*", key_prefix in ".*", program in ".*", code in prop::option::of(".*"),
            label in prop::option::of(".*")) {
            let attachment = Attachment { key, key_prefix, program, code, label, ..Attachment::default() };
            let mut arguments = attachment.to_arguments();
            arguments.push("unknown=to this version".into());
            prop_assert_eq!(Attachment::from_arguments(&arguments), Some(attachment));
        }
    }
}
