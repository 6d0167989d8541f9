//! A world of one referrer, in memory: what happens to it goes through the domain's own path, and a ledger keeps it and
//! counts it again from nothing, as the definitions of volume and limits read.

use crate::domain::account::Account;
use crate::domain::book::{Book, Entry};
use crate::domain::eligibility::{Amount, Occurrence, Refusal, TieState};
use crate::domain::line::{Correction, Kind, Line, Recorded, Side};
use crate::domain::mode::Mode;
use crate::domain::plan::tests::plan;
use crate::domain::plan::{Metric, Plan, PlanVersion, Program, SIGN_UP};
use crate::domain::reversal::{Problem, Take};
use crate::domain::standing::{Place, Standing};
use crate::domain::tally::Round;
use crate::domain::timestamp::Timestamp;
use crate::domain::volume::{Measure, Usage};
use crate::domain::window::Span;
use rust_decimal::Decimal;
use std::rc::Rc;

/// A time as RFC 3339 writes it.
pub fn time(text: &str) -> Timestamp {
    Timestamp::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

/// An exact number.
pub fn number(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

/// An accrual, and in which rounds it and its corrections were written.
struct Written {
    round: Round,
    recorded: Recorded,
    corrected: Vec<Round>,
}

/// What is recorded, each entry with the round in which it was written.
#[derive(Default)]
pub struct Ledger {
    plans: Vec<PlanVersion>,
    round: Round,
    ties: Vec<(Round, Timestamp, i64)>,
    lines: Vec<Written>,
    corrections: i64,
    /// Everything, as it was written.
    pub entries: Vec<Entry>,
}

impl Ledger {
    /// The referrer's lines of a time, and their corrections, as far as earlier rounds have written them.
    fn stored(&self, window: Span) -> Vec<Recorded> {
        let of_round = |written: &Written| {
            let mut rounds = written.corrected.iter();
            let mut recorded = written.recorded.clone();
            recorded.corrections.retain(|_| *rounds.next().unwrap() < self.round);
            recorded
        };
        let stored = self.lines.iter().filter(|written| written.round < self.round).map(of_round);
        stored.filter(|of| of.line.side == Side::Referrer && window.holds(of.line.occurred_at)).collect()
    }

    /// By the definition: ties, events or amounts, less what was reversed.
    fn count(&self, measure: &Measure, window: Span) -> Decimal {
        let lowers = measure.lowered_by_reversals;
        let lines = self.stored(window);
        let gone = |of: &Recorded| lowers && of.is_reversed_in_full();
        match measure.metric {
            Metric::Referrals => {
                let ties = self.ties.iter().filter(|(round, at, _)| *round < self.round && window.holds(*at));
                let of_tie = |of: &Recorded, referee| of.line.event_kind == SIGN_UP && of.line.referee_id == referee;
                ties.filter(|(.., referee)| !lines.iter().any(|of| of_tie(of, *referee) && gone(of))).count().into()
            }
            Metric::Events => lines.iter().filter(|of| !gone(of)).count().into(),
            Metric::Revenue => {
                let lines = lines.iter().filter(|of| of.line.currency == measure.currency);
                let left = |of: &Recorded| if lowers { of.base_left() } else { of.line.base_amount };
                lines.filter_map(left).sum()
            }
        }
    }

    /// The lines that share a tier.
    fn of_place(&self, place: Place) -> Vec<Recorded> {
        let mut lines = self.stored(place.window);
        lines.retain(|of| of.line.plan_version == place.plan_version && !of.is_reversed_in_full());
        lines
    }

    /// Plan versions of another program, with numbers of their own.
    pub fn knows(&mut self, versions: &[PlanVersion]) {
        self.plans.extend_from_slice(versions);
    }

    /// When ties were made.
    pub fn tie_times(&self) -> impl Iterator<Item = Timestamp> {
        self.ties.iter().map(|(_, at, _)| *at)
    }

    /// Everything written is stored from now on.
    pub fn store(&mut self) {
        self.round += 1;
    }
}

impl Book for Ledger {
    fn volume(&mut self, measure: &Measure, window: Span) -> Decimal {
        self.count(measure, window)
    }

    fn usage(&mut self, currency: &str, window: Span) -> Usage {
        let lines = self.stored(window);
        let counts = |of: &&Recorded| of.line.amount > Decimal::ZERO && !of.is_reversed_in_full();
        Usage {
            commissions: lines.iter().filter(counts).count() as i64,
            amount: lines.iter().filter(|of| *of.line.currency == *currency).map(Recorded::net).sum(),
        }
    }

    fn round(&self) -> Round {
        self.round
    }

    fn tiers_of_lines(&mut self, place: Place) -> Vec<Option<String>> {
        self.of_place(place).iter().map(|of| of.tier().map(str::to_owned)).collect()
    }

    fn lines(&mut self, place: Place) -> Vec<Recorded> {
        self.store();
        self.of_place(place)
    }

    fn plan(&self, _: i32, version: i32) -> Option<Rc<Plan>> {
        self.plans.iter().find(|known| known.version == version).map(|known| Rc::clone(&known.plan))
    }

    fn write(&mut self, entry: Entry) {
        self.entries.push(entry.clone());
        let Entry::Line(line) = entry else { return };
        let Some(edge) = line.corrects else {
            let id = self.lines.len() as i64;
            let recorded = Recorded { id, line, corrections: Vec::new() };
            self.lines.push(Written { round: self.round, recorded, corrected: Vec::new() });
            return;
        };
        self.corrections += 1;
        let Line { kind, amount, base_amount, tier, reason, .. } = line;
        let base_amount = base_amount.filter(|_| kind == Kind::Reversal);
        let (refunded, in_full) = (edge.refunded, edge.in_full);
        let id = 1000 + self.corrections;
        let correction = Correction { id, kind, amount, base_amount, tier, refunded, in_full, reason };
        let written = &mut self.lines[edge.commission_id as usize];
        written.recorded.corrections.push(correction);
        written.corrected.push(self.round);
    }
}

/// A referrer and the ledger.
pub struct World {
    pub program: Program,
    pub ledger: Ledger,
    pub standing: Standing,
    /// The account of a statement that takes many events; otherwise every event is a statement of its own.
    pub statement: Option<Account>,
}

impl World {
    /// With one plan, from the beginning of time.
    pub fn of(json: &str) -> World {
        World::with(vec![plan(json)])
    }

    /// With the versions of a program: the first from the beginning of time, each other 20 days after the one before.
    pub fn with(plans: Vec<Plan>) -> World {
        let mut versions = Vec::new();
        for (version, plan) in (1..).zip(plans) {
            let effective_from = match version {
                1 => Timestamp::NEG_INFINITY,
                later => Timestamp::from_micros(0).plus_days(20 * (later as u32 - 1)),
            };
            versions.push(PlanVersion { version, effective_from, plan: Rc::new(plan) });
        }
        let ledger = Ledger { plans: versions.clone(), round: 1, ..Ledger::default() };
        let program = Program { id: 1, name: "default".into(), paused: false, versions };
        World { program, ledger, standing: Standing::new(), statement: None }
    }

    /// The plan, where there is one.
    pub fn plan(&self) -> Rc<Plan> {
        Rc::clone(&self.program.versions[0].plan)
    }

    /// The plan of a version.
    pub fn plan_of(&self, version: i32) -> Rc<Plan> {
        Rc::clone(&self.program.plan_version(version).unwrap().plan)
    }

    /// Lets the account do something.
    fn act<T>(&mut self, act: impl FnOnce(&mut Account, &mut Ledger) -> T) -> T {
        if let Some(account) = &mut self.statement {
            let result = act(account, &mut self.ledger);
            self.standing = account.standing.clone();
            return result;
        }
        let program = Rc::new(self.program.clone());
        let mut account = Account::new(7, Mode::Live, program, self.standing.clone(), &self.ledger);
        let result = act(&mut account, &mut self.ledger);
        self.ledger.store();
        self.standing = account.standing;
        result
    }

    /// Begins a statement that takes many events.
    pub fn begin(&mut self) {
        let program = Rc::new(self.program.clone());
        self.statement = Some(Account::new(7, Mode::Live, program, self.standing.clone(), &self.ledger));
    }

    /// Ends it.
    pub fn end(&mut self) {
        self.statement = None;
        self.ledger.store();
    }

    /// An event; gives the number of the referrer's line.
    pub fn occur(&mut self, event: &Occurrence) -> Result<usize, Refusal> {
        let line = self.ledger.lines.len();
        self.act(|account, ledger| account.occur(event, ledger)).map(|_| line)
    }

    /// Somebody signs up with the referrer's code.
    pub fn sign_up(&mut self, at: Timestamp) -> Result<usize, Refusal> {
        let referee = 100 + self.ledger.ties.len() as i64;
        self.ledger.ties.push((self.ledger.round, at, referee));
        self.occur(&Occurrence::sign_up(&referee.to_string(), referee, at, TieState::New))
    }

    /// An event of somebody tied to the referrer at the beginning of time.
    pub fn event(&mut self, kind: &str, at: Timestamp, amount: Option<Decimal>) -> Result<usize, Refusal> {
        self.occur(&Occurrence {
            kind,
            key: &format!("e{}", self.ledger.lines.len()),
            referee_id: 8,
            at,
            amount: amount.map_or(Amount::Absent, Amount::Given),
            currency: None,
            tied_at: time("0001-01-01T00:00:00Z"),
            tie: TieState::Apart,
        })
    }

    /// A payment.
    pub fn pay(&mut self, at: Timestamp, amount: &str) -> usize {
        self.event("payment", at, Some(number(amount))).unwrap()
    }

    /// Takes something back of a line.
    pub fn reverse(&mut self, line: usize, take: Take) -> Result<(), Problem> {
        let of = self.line(line).clone();
        let is_tie = of.line.event_kind == SIGN_UP;
        self.act(|account, ledger| account.reverse(&of, take, "asked for", is_tie, ledger))
    }

    /// A line and its corrections.
    pub fn line(&self, number: usize) -> &Recorded {
        &self.ledger.lines[number].recorded
    }

    /// All lines.
    pub fn lines(&self) -> Vec<&Recorded> {
        self.ledger.lines.iter().map(|written| &written.recorded).collect()
    }

    /// What each line is worth.
    pub fn nets(&self) -> Vec<Decimal> {
        self.lines().into_iter().map(Recorded::net).collect()
    }

    /// The volume of a window, counted from nothing.
    pub fn recount(&mut self, plan: &Plan, window: Span) -> Decimal {
        self.ledger.store();
        self.ledger.count(&plan.measure(), window)
    }
}
