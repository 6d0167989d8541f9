//! Grants on the objects of the extension, by level.

use super::statement::{Statement, first, required};
use pgrx::Spi;
use pgrx::pg_sys::Oid;

/// What a level adds to those that it includes.
type Level = (&'static str, &'static [&'static str]);

/// For the people of a company: each level includes those before it.
const LADDER: [Level; 4] = [
    (
        "reader",
        &[
            "USAGE ON SCHEMA referrals",
            "SELECT ON referrals.dashboard, referrals.commission_ledger, referrals.tier_progress, referrals.audit_trail,
               referrals.attachments, referrals.event_sources, referrals.payouts, referrals.blocks",
            "EXECUTE ON FUNCTION referrals.explain(bigint), referrals._attachment(bytea), referrals._event_source(bytea),
               referrals._decimals(integer, integer),
               referrals._current_standing(bigint, text, integer, integer, integer, timestamptz, timestamptz, numeric)",
        ],
    ),
    (
        "app",
        &["EXECUTE ON FUNCTION referrals.code_of(text), referrals.lookup(text), referrals.normalize_code(text),
             referrals.generate_code(text), referrals.register(text, text, text, text, text, timestamptz),
             referrals.accrue(text, text, text, numeric, text, timestamptz),
             referrals.tier_of(text, timestamptz), referrals.program_plan(text, timestamptz),
             referrals.quote(jsonb, text, numeric, numeric), referrals.mode()"],
    ),
    (
        "operator",
        &["EXECUTE ON FUNCTION referrals.reverse(bigint, text, numeric), referrals.attribute(text, text, text),
             referrals.reverse_event(text, text, text, numeric), referrals.draft_payouts(timestamptz, numeric, text),
             referrals.approve_payout(bigint), referrals.cancel_payout(bigint), referrals.settle_payout(bigint, text),
             referrals.fail_payout(bigint, text), referrals.health(), referrals.process_queue(integer), referrals.reconcile(),
             referrals.seal(), referrals.verify(text)"],
    ),
    (
        "admin",
        &["EXECUTE ON FUNCTION referrals.define_program(text, jsonb, timestamptz), referrals.pause_program(text),
             referrals.resume_program(text), referrals.enroll(text, text),
             referrals.attach(regclass, name, name, text, name, name, name, text), referrals.detach(regclass),
             referrals.attach_events(regclass, text, name, name, name, name, name, text, text),
             referrals.simulate(text, jsonb, timestamptz, timestamptz),
             referrals.go_live(), referrals.go_mock(), referrals.purge_mock(), referrals.erase(text)"],
    ),
];

/// What 0.2.0 added to the ladder. Between the installation of its package and ALTER EXTENSION UPDATE a database lacks it.
const LADDER_SINCE_0_2_0: [Level; 1] =
    [("reader", &["EXECUTE ON FUNCTION referrals.report(text, timestamptz, timestamptz)"])];

/// For what acts for somebody else, and may see no more than that takes: each stands by itself, and is there since 0.2.0.
const APART: [Level; 2] = [
    (
        // An end user, by an application's interface: the rows of referrals.user_key.
        "self",
        &[
            "USAGE ON SCHEMA referrals",
            "SELECT ON referrals.my_dashboard, referrals.my_commission_ledger, referrals.my_tier_progress",
            "EXECUTE ON FUNCTION referrals._my_dashboard(), referrals._my_commission_ledger(), referrals._my_tier_progress()",
        ],
    ),
    (
        // A monitoring system: how much and how old, of nobody in particular.
        "monitor",
        &[
            "USAGE ON SCHEMA referrals",
            "SELECT ON referrals.metrics, referrals.metrics_queue, referrals.metrics_seal, referrals.metrics_payouts,
               referrals.blocks, referrals.attachments, referrals.event_sources",
            "EXECUTE ON FUNCTION referrals.health(), referrals.mode(), referrals._unsealed(), referrals._attachment(bytea),
               referrals._event_source(bytea)",
        ],
    ),
];

/// The names of the levels.
pub fn levels() -> impl Iterator<Item = &'static str> {
    LADDER.iter().chain(&APART).map(|(name, _)| *name)
}

/// Whether the database has this level: some came with 0.2.0.
pub fn is_there(level: &str) -> bool {
    is_updated() || LADDER.iter().any(|(name, _)| *name == level)
}

/// Whether the database has what 0.2.0 added.
fn is_updated() -> bool {
    version() != "0.1.0"
}

/// What a level grants, with what it includes.
fn privileges(level: &str) -> Vec<&'static str> {
    let Some(highest) = LADDER.iter().position(|(name, _)| *name == level) else {
        return APART.iter().filter(|(name, _)| *name == level).flat_map(|(_, granted)| *granted).copied().collect();
    };
    let included = &LADDER[..=highest];
    let is_included = |(name, _): &&Level| included.iter().any(|(rung, _)| rung == name);
    let added = LADDER_SINCE_0_2_0.iter().filter(is_included).filter(|_| is_updated());
    included.iter().chain(added).flat_map(|(_, granted)| *granted).copied().collect()
}

/// The role that owns the extension, and everything in it.
pub fn owner() -> Oid {
    static OWNER: Statement = Statement("SELECT extowner FROM pg_catalog.pg_extension WHERE extname = 'referrals'");
    OWNER.read(&[], |rows| first(rows, |row| required(row, 1))).expect("a function of the extension is running")
}

/// The version of the extension's SQL in this database, which is older than the library until ALTER EXTENSION UPDATE.
pub fn version() -> String {
    static VERSION: Statement = Statement("SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'referrals'");
    VERSION.read(&[], |rows| first(rows, |row| required(row, 1))).expect("a function of the extension is running")
}

/// The name of a role, quoted where needed; `None` if there is none of this id.
pub fn role_name(role: Oid) -> Option<String> {
    static NAME: Statement = Statement("SELECT quote_ident(rolname) FROM pg_catalog.pg_roles WHERE oid = $1");
    NAME.read(&[role.into()], |rows| first(rows, |row| required(row, 1)))
}

/// Grants a level, with what it includes, to a role given by its quoted name.
pub fn grant(quoted_role: &str, level: &str) {
    for privilege in privileges(level) {
        let statement = format!("GRANT {privilege} TO {quoted_role}");
        Spi::connect_mut(|client| client.update(statement.as_str(), None, &[]).map(|_| ()))
            .expect("built from constants and a quoted name");
    }
}
