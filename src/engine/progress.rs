//! Where referrers stand now: what the screens show.

use crate::domain::currency::shown;
use crate::domain::mode::Mode;
use crate::domain::progress::Progress;
use crate::domain::standing::Place;
use crate::domain::timestamp::Timestamp;
use crate::domain::volume::Measure;
use crate::domain::window::Span;
use crate::pg::timestamp::now;
use crate::store::{program, volume};
use rust_decimal::Decimal;

/// A referrer's standing as stored, and the program that the referrer is in now.
pub struct Stored<'a> {
    /// The referrer.
    pub participant_id: i64,
    /// The mode of the standing.
    pub mode: &'a str,
    /// The program that the referrer is in now.
    pub program_id: i32,
    /// The place of the stored standing.
    pub place: Option<Place>,
    /// Its volume.
    pub volume: Decimal,
}

/// The standing in the window that holds now, under the plan in force now.
pub struct Current {
    /// First instant of that window.
    pub window_start: Timestamp,
    /// The volume in it.
    pub volume: Decimal,
    /// Where that is on the ladder.
    pub progress: Progress,
    /// What the plan pays in.
    pub currency: String,
}

/// Brings a stored standing up to now; `None` if no plan is in force. Counts the record only if the stored volume is of
/// another window or counts something else.
pub fn current(stored: &Stored) -> Option<Current> {
    brought_up(stored, |measure, window| volume::count_read(stored.participant_id, stored.mode, measure, window))
}

/// The same, exactly as the calling query sees it, whatever this transaction has written since.
pub fn seen(stored: &Stored) -> Option<Current> {
    let mode = Mode::from_ledger(stored.mode);
    brought_up(stored, |measure, window| volume::count_seen(stored.participant_id, mode, measure, window))
}

fn brought_up(stored: &Stored, count: impl FnOnce(&Measure, Span) -> Decimal) -> Option<Current> {
    let now = now();
    let program = program::by_id(stored.program_id)?;
    let version = program.plan_at(now)?;
    let (measure, window) = (version.plan.measure(), version.plan.window_at(now));
    let is_current = |place: Place| {
        let stored_by = program::by_id(place.program_id)?.plan_version(place.plan_version)?.plan.measure();
        (place.window == window && stored_by == measure).then_some(stored.volume)
    };
    let volume = stored.place.and_then(is_current);
    let volume = volume.unwrap_or_else(|| count(&measure, window));
    let mut progress = Progress::of(&version.plan, volume);
    let decimals = version.plan.volume_decimals();
    progress.next = progress.next.map(|(tier, from)| (tier, shown(from, decimals)));
    Some(Current {
        window_start: window.start,
        volume: shown(volume, decimals),
        progress,
        currency: version.plan.currency.code.to_string(),
    })
}

/// The decimals of the currency of a plan version.
pub fn decimals(program_id: i32, version: i32) -> Option<u32> {
    Some(program::by_id(program_id)?.plan_version(version)?.plan.currency.decimals)
}
