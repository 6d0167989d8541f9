//! Issues codes: inserts participants until each has a code of its own.

use super::error::Error;
use crate::domain::code::Code;
use crate::domain::sign_up::{CodeProblem, is_blank};
use crate::domain::{code_maker, timestamp::Timestamp};
use crate::pg::entropy;
use crate::store::participant::{self, New, Participant};
use std::collections::HashMap;

/// Someone who needs a code.
pub struct Applicant<'a> {
    /// The application's key; distinct within a batch.
    pub user_key: &'a str,
    /// The code that the person wants, as typed.
    pub wanted: Option<&'a str>,
    /// A name to make a memorable code from.
    pub label: Option<&'a str>,
    /// Whether a call asks for it, and no row of a table.
    pub is_by_hand: bool,
    /// When the person signed up.
    pub registered_at: Timestamp,
}

/// What became of an applicant.
#[derive(Debug, Clone)]
pub enum Issued {
    /// A new participant; `refused` says why the wanted code was not given, if one was wanted.
    New { participant: Participant, refused: Option<CodeProblem> },
    /// A participant from before.
    Known(Participant),
}

impl Issued {
    /// Who it is.
    pub fn participant(&self) -> &Participant {
        match self {
            Issued::New { participant, .. } | Issued::Known(participant) => participant,
        }
    }
}

/// Makes participants of applicants, each with a code that nobody ever had. Of two applicants with the same key the
/// second is a known participant.
pub fn issue(program_id: i32, applicants: &[Applicant]) -> Result<Vec<Issued>, Error> {
    let mut row_of_key: HashMap<&str, usize> = HashMap::with_capacity(applicants.len());
    let mut distinct: Vec<&Applicant> = Vec::with_capacity(applicants.len());
    let mut rows = Vec::with_capacity(applicants.len());
    for applicant in applicants {
        let row = *row_of_key.entry(applicant.user_key).or_insert(distinct.len());
        let is_first = row == distinct.len();
        if is_first {
            distinct.push(applicant);
        }
        rows.push((row, is_first));
    }
    let issued = issue_distinct(program_id, &distinct)?;
    let result = |(row, is_first): (usize, bool)| match is_first {
        true => issued[row].clone(),
        false => Issued::Known(issued[row].participant().clone()),
    };
    Ok(rows.into_iter().map(result).collect())
}

/// The same for applicants of different keys. A taken code is followed by another.
fn issue_distinct(program_id: i32, applicants: &[&Applicant]) -> Result<Vec<Issued>, Error> {
    let mut issued: Vec<Option<Issued>> = applicants.iter().map(|_| None).collect();
    let mut drafts: Vec<Draft> = applicants.iter().map(|applicant| Draft::new(applicant)).collect();
    let mut pending: Vec<usize> = (0..applicants.len()).collect();
    // One round for the wanted codes, then as many as a made code may take.
    for _ in 0..=code_maker::ATTEMPTS {
        let people: Vec<New> = pending
            .iter()
            .map(|&row| New {
                user_key: applicants[row].user_key,
                code: drafts[row].code.as_str(),
                is_contested: drafts[row].is_wanted || applicants[row].label.is_some(),
                is_by_hand: applicants[row].is_by_hand,
                registered_at: applicants[row].registered_at,
            })
            .collect();
        let inserted = participant::insert(program_id, &people);
        for (&row, id) in pending.iter().zip(inserted) {
            issued[row] = id.map(|id| drafts[row].issued(id, program_id));
        }
        pending.retain(|&row| issued[row].is_none());
        if pending.is_empty() {
            return Ok(issued.into_iter().map(|result| result.expect("nothing is pending")).collect());
        }
        // Who was not inserted is known already, or somebody else has the code.
        let known = participant::by_keys(pending.iter().map(|&row| applicants[row].user_key).collect());
        pending.retain(|&row| {
            let participant = known.get(applicants[row].user_key);
            issued[row] = participant.cloned().map(Issued::Known);
            participant.is_none()
        });
        for &row in &pending {
            drafts[row].next(applicants[row]);
        }
    }
    Err(Error::NoFreeCode)
}

/// The user_key of the participant whose code this is, however it was typed.
pub fn lookup(typed: &str) -> Option<String> {
    participant::key_by_code(Code::parse(typed)?.as_str())
}

/// The code of a user.
pub fn code_of(user_key: &str) -> Option<String> {
    participant::code_by_key(user_key)
}

/// A code that nobody had when it was made.
pub fn free(label: Option<&str>) -> Result<Code, Error> {
    (0..code_maker::ATTEMPTS)
        .map(|attempt| code_maker::make(label, attempt, &mut entropy::fill))
        .find(|code| !participant::is_taken(code.as_str()))
        .ok_or(Error::NoFreeCode)
}

/// The code to be tried next.
struct Draft {
    code: Code,
    is_wanted: bool,
    refused: Option<CodeProblem>,
    attempt: usize,
}

impl Draft {
    fn new(applicant: &Applicant) -> Draft {
        let make = || code_maker::make(applicant.label, 0, &mut entropy::fill);
        let wanted = applicant.wanted.filter(|typed| !is_blank(typed));
        match (wanted, wanted.and_then(Code::parse)) {
            (_, Some(code)) => Draft { code, is_wanted: true, refused: None, attempt: 0 },
            (None, None) => Draft { code: make(), is_wanted: false, refused: None, attempt: 0 },
            (Some(_), None) => {
                Draft { code: make(), is_wanted: false, refused: Some(CodeProblem::Invalid), attempt: 0 }
            }
        }
    }

    /// The result, now that a participant has this code.
    fn issued(&self, id: i64, program_id: i32) -> Issued {
        let participant = Participant { id, code: self.code.as_str().to_owned(), program_id, erased: false };
        Issued::New { participant, refused: self.refused }
    }

    /// Makes another code after this one turned out to be taken. Whatever is made now is longer than what others make at
    /// first, so that it meets none of theirs.
    fn next(&mut self, applicant: &Applicant) {
        if self.is_wanted {
            (self.is_wanted, self.refused) = (false, Some(CodeProblem::Taken));
        }
        self.attempt += 1;
        self.code = code_maker::make(applicant.label, self.attempt, &mut entropy::fill);
    }
}
