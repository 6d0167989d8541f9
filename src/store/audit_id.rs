//! The ids of audit rows, and the epoch that they belong to.

use super::cache::Cached;
use super::statement::{Statement, first, required};
use crate::pg::identity;
use crate::pg::sequence;

thread_local! {
    static IS_OF_HERE: Cached<bool> = const { Cached::new() };
}

/// The id of the next audit row. The first in a cluster begins an epoch: every id given out there before, by a restored
/// record, is below it, and every later one above.
pub fn next() -> i64 {
    if !*IS_OF_HERE.with(|is_of_here| is_of_here.get(is_of_here_now)) {
        begin_epoch();
    }
    sequence::next(c"audit_log_audit_id_seq")
}

/// Whether the latest epoch is that of this cluster.
fn is_of_here_now() -> bool {
    static LATEST: Statement =
        Statement("SELECT system_identifier = $1 FROM referrals.epoch ORDER BY epoch DESC LIMIT 1");
    LATEST.read(&[identity::system_identifier().into()], |rows| first(rows, |row| required(row, 1))).unwrap_or(false)
}

/// Whoever comes second waits for the first, and leaves it at that.
fn begin_epoch() {
    static BEGIN: Statement = Statement(include_str!("sql/begin_epoch.sql"));
    BEGIN.write(&[identity::system_identifier().into()], |_| ());
}
