//! The calls that repair what reconcile finds, as SQL to be run by a person.

use crate::domain::attachment::Attachment;
use crate::domain::eligibility::Amount;
use crate::domain::event::Event;
use crate::domain::event_source::EventSource;
use pgrx::spi::{quote_identifier, quote_literal};

/// Attaches a table of users, whose name is quoted where needed, and registers who is missing.
pub fn attach(table: &str, attachment: &Attachment) -> String {
    // Said always: NULL is not the default.
    let referred_by = attachment.referred_by.as_ref().map_or("NULL".to_owned(), quote_literal);
    let needed = [("key", quote_literal(&attachment.key)), ("referred_by", referred_by)];
    let program = [("program", &Some(attachment.program.clone()))];
    let prefix = Some(attachment.key_prefix.clone()).filter(|prefix| !prefix.is_empty());
    let optional = [
        ("code", &attachment.code),
        ("label", &attachment.label),
        ("registered_at", &attachment.registered_at),
        ("key_prefix", &prefix),
    ];
    call("attach", &[quote_literal(table)], &needed, &[&program[..], &optional].concat())
}

/// Attaches a source of events.
pub fn attach_events(table: &str, source: &EventSource) -> String {
    let needed = [("kind", &source.kind), ("key", &source.key), ("referee", &source.referee)]
        .map(|(n, v)| (n, quote_literal(v)));
    let optional = [
        ("amount", &source.amount),
        ("currency", &source.currency),
        ("occurred_at", &source.occurred_at),
        ("accrue_when", &source.accrue_when),
        ("reverse_when", &source.reverse_when),
    ];
    call("attach_events", &[quote_literal(table)], &needed, &optional)
}

/// Takes the triggers off a table.
pub fn detach(table: &str) -> String {
    call("detach", &[quote_literal(table)], &[], &[])
}

/// Accrues an event; `None` if its amount is none that can be sent.
pub fn accrue(kind: &str, event: &Event) -> Option<String> {
    let identity = [kind, event.key.as_deref()?, event.referee.as_deref()?].map(quote_literal);
    let amount = match event.amount {
        Amount::Absent => None,
        Amount::Given(amount) => Some(("amount", amount.to_string())),
        Amount::Unusable => return None,
    };
    let currency = event.currency().map(str::to_owned);
    let at = event.at.filter(|at| at.is_usable()).map(|at| at.to_string());
    let needed: Vec<(&str, String)> = amount.into_iter().collect();
    Some(call("accrue", &identity, &needed, &[("currency", &currency), ("occurred_at", &at)]))
}

/// Takes back what is left of what an event earned.
pub fn reverse_event(kind: &str, key: &str, reason: &str) -> String {
    call("reverse_event", &[kind, key, reason].map(quote_literal), &[], &[])
}

/// Erases a person.
pub fn erase(user_key: &str) -> String {
    call("erase", &[quote_literal(user_key)], &[], &[])
}

/// Lets a trigger of a table of the application fire again.
pub fn enable_trigger(table: &str, trigger: &str) -> String {
    format!("ALTER TABLE {table} ENABLE TRIGGER {}", quote_identifier(trigger))
}

/// Lets a guard of a table of the extension fire always; made anew, by its definition, unless it is there.
pub fn enable_guard(relation: &str, trigger: &str, definition: &str, is_there: bool) -> String {
    let enable = format!("ALTER TABLE referrals.{relation} ENABLE ALWAYS TRIGGER {trigger}");
    if is_there {
        return enable;
    }
    let replace = definition.replacen("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", 1);
    format!("{replace}; {enable}")
}

/// A call with a remark for whoever reads it.
pub fn remarked(call: &str, remark: &str) -> String {
    const KEPT: usize = 300;
    let line: String = remark.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(KEPT).collect();
    if call.is_empty() { format!("-- {line}") } else { format!("{call} -- {line}") }
}

/// A call of a function: arguments by place, by name as SQL, and by name as text where they are given.
fn call(function: &str, placed: &[String], named: &[(&str, String)], optional: &[(&str, &Option<String>)]) -> String {
    let named = named.iter().map(|(name, value)| format!("{name} => {value}"));
    let given = optional.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    let given = given.map(|(name, value)| format!("{name} => {}", quote_literal(value)));
    let arguments: Vec<String> = placed.iter().cloned().chain(named).chain(given).collect();
    format!("SELECT referrals.{function}({})", arguments.join(", "))
}
