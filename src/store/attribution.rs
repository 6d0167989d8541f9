//! Ties of referees to referrers.

use super::statement::{Statement, all, column, first, required};
use crate::domain::mode::Mode;
use crate::domain::timestamp::Timestamp;
use pgrx::spi::{SpiHeapTupleData, SpiTupleTable};
use std::collections::HashMap;

/// A tie to be.
#[derive(Debug, Clone, Copy)]
pub struct Tie {
    /// Who signed up.
    pub referee_id: i64,
    /// Whose code it was.
    pub referrer_id: i64,
    /// When.
    pub attributed_at: Timestamp,
}

/// Writes ties, all of one mode.
pub fn insert(mode: Mode, ties: &[Tie]) {
    static ONE: Statement = Statement(
        "INSERT INTO referrals.attribution (referee_id, referrer_id, mode, attributed_at) VALUES ($1, $2, $3, $4)",
    );
    static MANY: Statement = Statement(
        "INSERT INTO referrals.attribution (referee_id, referrer_id, mode, attributed_at)
         SELECT tie.referee_id, tie.referrer_id, $3, tie.attributed_at
         FROM unnest($1, $2, $4) AS tie (referee_id, referrer_id, attributed_at)",
    );
    match ties {
        [] => (),
        [one] => ONE.write(
            &[one.referee_id.into(), one.referrer_id.into(), mode.as_str().into(), one.attributed_at.into()],
            |_| (),
        ),
        many => {
            let referees: Vec<i64> = many.iter().map(|tie| tie.referee_id).collect();
            let referrers: Vec<i64> = many.iter().map(|tie| tie.referrer_id).collect();
            let times: Vec<Timestamp> = many.iter().map(|tie| tie.attributed_at).collect();
            MANY.write(&[referees.into(), referrers.into(), mode.as_str().into(), times.into()], |_| ());
        }
    }
}

/// A registered person, as referee.
#[derive(Debug, Clone, Copy)]
pub struct Referee {
    /// Who it is.
    pub participant_id: i64,
    /// The tie, and the mode that it was made in.
    pub tie: Option<(Tie, Mode)>,
}

/// The people with these user_keys, each with the tie that they have, seeing what other transactions committed
/// meanwhile.
pub fn referees(user_keys: &[&str]) -> HashMap<String, Referee> {
    static ONE: Statement = Statement(concat!(include_str!("sql/referees.sql"), "WHERE person.user_key = $1"));
    static MANY: Statement = Statement(concat!(include_str!("sql/referees.sql"), "WHERE person.user_key = ANY ($1)"));
    let read = |rows: SpiTupleTable| all(rows, |row| (required(row, 1), referee(row))).into_iter().collect();
    match user_keys {
        [] => HashMap::new(),
        [one] => ONE.write(&[(*one).into()], read),
        many => MANY.write(&[many.to_vec().into()], read),
    }
}

fn referee(row: &SpiHeapTupleData) -> Referee {
    let participant_id = required(row, 2);
    let tie = column(row, 3).map(|referrer_id| {
        let tie = Tie { referee_id: participant_id, referrer_id, attributed_at: required(row, 4) };
        (tie, Mode::from_ledger(&required::<String>(row, 5)))
    });
    Referee { participant_id, tie }
}

/// The tie of a participant, and the mode that it was made in.
pub fn of_referee(participant_id: i64) -> Option<(Tie, Mode)> {
    static TIE: Statement = Statement(concat!(include_str!("sql/referees.sql"), "WHERE person.participant_id = $1"));
    TIE.write(&[participant_id.into()], |rows| first(rows, |row| referee(row).tie)).flatten()
}

/// A tie in the history of a program.
#[derive(Debug, Clone, Copy)]
pub struct PastTie {
    /// The tie.
    pub tie: Tie,
    /// The mode that it was made in.
    pub mode: Mode,
    /// Whether its sign-up is in the history without a line.
    pub is_lineless: bool,
}

/// The ties of the referees of a program's lines, and those to referrers who are in the program now, oldest first.
pub fn of_program(program_id: i32, mode: Mode) -> Vec<PastTie> {
    static TIES: Statement = Statement(include_str!("sql/ties_of_program.sql"));
    TIES.read(&[program_id.into(), mode.as_str().into()], |rows| {
        all(rows, |row| {
            let tie =
                Tie { referee_id: required(row, 1), referrer_id: required(row, 2), attributed_at: required(row, 3) };
            PastTie { tie, mode: Mode::from_ledger(&required::<String>(row, 4)), is_lineless: required(row, 5) }
        })
    })
}
