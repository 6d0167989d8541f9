//! `referrals`: partner programs inside Postgres. Codes, attribution, tiered commissions, an append-only ledger and its
//! audit trail, in one transaction with the sign-up that they are about.
//!
//! Flow is one way: `triggers` or `api` -> `engine` -> `domain` (decides, pure) -> `store` (SQL). `report` is how the page
//! of `referrals.report` looks, as pure as the domain.

mod api;
mod domain;
mod engine;
mod pg;
mod report;
mod store;
mod triggers;

use pgrx::prelude::*;

::pgrx::pg_module_magic!(name, version);

/// Called once in each backend, when Postgres loads the library.
#[pg_guard]
extern "C-unwind" fn _PG_init() {
    pg::settings::define();
    pg::invalidation::listen();
}

// The install script: these files, in this order.
extension_sql_file!("../sql/schema.sql", name = "schema", bootstrap);
extension_sql_file!("../sql/types.sql", name = "types", requires = ["schema"]);
extension_sql_file!("../sql/tables_program.sql", name = "tables_program", requires = ["types"]);
extension_sql_file!("../sql/tables_person.sql", name = "tables_person", requires = ["tables_program"]);
extension_sql_file!("../sql/tables_ledger.sql", name = "tables_ledger", requires = ["tables_person"]);
extension_sql_file!("../sql/tables_payout.sql", name = "tables_payout", requires = ["tables_ledger"]);
extension_sql_file!("../sql/tables_queue.sql", name = "tables_queue", requires = ["tables_payout"]);
extension_sql_file!("../sql/tables_environment.sql", name = "tables_environment", requires = ["tables_queue"]);
extension_sql_file!("../sql/tables_seal.sql", name = "tables_seal", requires = ["tables_environment"]);
extension_sql_file!("../sql/guards.sql", name = "guards", requires = ["tables_seal"]);
extension_sql_file!("../sql/functions_codes.sql", name = "functions_codes", requires = ["guards"]);
extension_sql_file!("../sql/functions_users.sql", name = "functions_users", requires = ["functions_codes"]);
extension_sql_file!("../sql/functions_programs.sql", name = "functions_programs", requires = ["functions_users"]);
extension_sql_file!("../sql/functions_events.sql", name = "functions_events", requires = ["functions_programs"]);
extension_sql_file!("../sql/functions_payouts.sql", name = "functions_payouts", requires = ["functions_events"]);
extension_sql_file!("../sql/functions_operations.sql", name = "functions_operations", requires = ["functions_payouts"]);
extension_sql_file!("../sql/functions_trust.sql", name = "functions_trust", requires = ["functions_operations"]);
extension_sql_file!("../sql/functions_report.sql", name = "functions_report", requires = ["functions_trust"]);
extension_sql_file!("../sql/views_ledger.sql", name = "views_ledger", requires = ["functions_report"]);
extension_sql_file!("../sql/views_referrers.sql", name = "views_referrers", requires = ["views_ledger"]);
extension_sql_file!("../sql/views_payouts.sql", name = "views_payouts", requires = ["views_referrers"]);
extension_sql_file!("../sql/views_attachments.sql", name = "views_attachments", requires = ["views_payouts"]);
extension_sql_file!("../sql/views_blocks.sql", name = "views_blocks", requires = ["views_attachments"]);
extension_sql_file!("../sql/functions_self.sql", name = "functions_self", requires = ["views_blocks"]);
extension_sql_file!("../sql/views_self.sql", name = "views_self", requires = ["functions_self"]);
extension_sql_file!("../sql/functions_monitoring.sql", name = "functions_monitoring", requires = ["views_self"]);
extension_sql_file!("../sql/views_metrics.sql", name = "views_metrics", requires = ["functions_monitoring"]);
extension_sql_file!("../sql/dump.sql", name = "dump", requires = ["views_metrics"]);
extension_sql_file!("../sql/privileges.sql", name = "privileges", requires = ["dump"]);
