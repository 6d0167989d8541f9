//! The ids of audit rows, and the epoch that they belong to.

use super::cache::Cached;
use super::statement::{Statement, first, required};
use crate::pg::identity;
use crate::pg::sequence;

thread_local! {
    static IS_OF_HERE: Cached<bool> = const { Cached::new() };
}

/// The id of the next audit row.
pub fn next() -> i64 {
    begin_epoch_if_new();
    sequence::next(c"audit_log_audit_id_seq")
}

/// Begins an epoch before the first record in a cluster: every id given out before, by a restored record, is below it, and
/// every later one above. Others who come meanwhile wait until that transaction ends, so whoever is about to lock
/// something calls this first.
pub fn begin_epoch_if_new() {
    if !*IS_OF_HERE.with(|is_of_here| is_of_here.get(is_of_here_now)) {
        begin_epoch();
    }
}

/// Whether the latest epoch is that of this cluster.
fn is_of_here_now() -> bool {
    static CURRENT: Statement = Statement(include_str!("sql/epoch_is_current.sql"));
    CURRENT.read(&[identity::system_identifier().into()], |rows| first(rows, |row| required(row, 1))).unwrap_or(false)
}

/// Whoever comes second waits for the first, and then finds the epoch begun. Rows that were received by replication came
/// without the positions of their sequences: these follow, so that no id is given out again.
fn begin_epoch() {
    static BEGIN: Statement = Statement(concat!(
        include_str!("sql/begin_epoch.sql"),
        "HAVING (",
        include_str!("sql/epoch_is_current.sql"),
        ") IS NOT TRUE ON CONFLICT DO NOTHING RETURNING true"
    ));
    static ADVANCE: Statement = Statement(include_str!("sql/advance_sequences.sql"));
    if BEGIN.write(&[identity::system_identifier().into()], |rows| !rows.is_empty()) {
        ADVANCE.write(&[], |_| ());
    }
}
