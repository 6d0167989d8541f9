//! An account: one referrer in one mode, and the one path by which ties, events and reversals move it.

use super::book::{Book, Entry};
use super::currency::{self, OutOfRange};
use super::eligibility::{self, Occurrence, Refusal, TieState};
use super::line::{Kind, Line, Recorded, Side};
use super::mode::Mode;
use super::plan::{Plan, PlanVersion, Program};
use super::rating::{self, Rating};
use super::rerating;
use super::reversal::{self, Problem, Take};
use super::standing::{Place, Standing};
use super::tally::Tally;
use super::timestamp::Timestamp;
use super::volume::{Fact, volume_around};
use super::window::{Span, Window};
use rust_decimal::Decimal;
use std::rc::Rc;

/// A referrer, locked: nobody else moves it meanwhile.
#[derive(Debug, Clone)]
pub struct Account {
    /// The referrer.
    pub id: i64,
    /// The mode of all that is recorded.
    pub mode: Mode,
    /// The program that the referrer is in.
    pub program: Rc<Program>,
    /// Volume and tier in the window of the latest fact.
    pub standing: Standing,
    /// Whether anything happened. The standing is written back then even if it is as it was: that a row was written is
    /// how a transaction with a fixed snapshot learns that its counts are out of date.
    pub touched: bool,
    tally: Tally,
    tiers: Vec<(Place, Option<String>)>,
}

/// The plan version in force at the time of an event, its window that holds the event, and the volume there before.
#[derive(Clone, Copy)]
struct InForce<'a> {
    version: &'a PlanVersion,
    place: Place,
    volume: Decimal,
}

impl Account {
    /// From what is stored.
    pub fn new(id: i64, mode: Mode, program: Rc<Program>, standing: Standing, book: &impl Book) -> Account {
        let plan_of = |place: Place| book.plan(place.program_id, place.plan_version);
        let known = standing.place.and_then(|place| Some((place, plan_of(place)?)));
        let tally = known.map_or_else(Tally::default, |(place, plan)| match plan.window.is_sliding() {
            true => Tally::default(),
            false => Tally::knowing(plan.measure(), place.window, standing.volume),
        });
        Account { id, mode, program, standing, touched: false, tally, tiers: Vec::new() }
    }

    /// Counts and rates an event, and writes what comes of it. Gives the currency of its lines; the error says why it
    /// earned none.
    pub fn occur(&mut self, event: &Occurrence, book: &mut impl Book) -> Result<Rc<str>, Refusal> {
        let program = Rc::clone(&self.program);
        let checked = eligibility::check(&program, event);
        let is_new_tie = event.tie == TieState::New;
        if let Err(reason) = checked
            && !is_new_tie
        {
            book.write(self.refused(event, reason));
            return Err(reason);
        }
        let in_force = program.plan_at(event.at).map(|version| self.in_force(version, event.at, book));
        let tiers_before =
            in_force.map_or_else(Vec::new, |in_force| self.tiers(in_force.place, &in_force.version.plan, book));
        let rated = checked
            .and_then(|_| in_force.ok_or(Refusal::NoPlan))
            .and_then(|in_force| self.rated(in_force, event, book));
        let decided = rated.and_then(|lines| {
            let fact = earned(event, &lines[0]);
            // A late event may count to a standing of another plan version, which must hold it as well.
            let after = self.standing_after(&fact, in_force, book);
            if currency::is_storable(after.volume) { Ok((lines, after, fact)) } else { Err(Refusal::AmountOutOfRange) }
        });
        let (counted, result) = match decided {
            Ok((lines, after, fact)) => {
                let currency = Rc::clone(&fact.currency);
                lines.into_iter().for_each(|line| book.write(Entry::Line(line)));
                (Some((after, fact)), Ok(currency))
            }
            Err(reason) => {
                // A sign-up under a plan that does not rate sign-ups is tied and nothing more.
                if !(is_new_tie && reason == Refusal::NoRate) {
                    book.write(self.refused(event, reason));
                }
                let tie = is_new_tie.then(|| Fact { ties: 1, ..Fact::at(event.at, &currency_of(in_force)) });
                (tie.map(|fact| (self.standing_after(&fact, in_force, book), fact)), Err(reason))
            }
        };
        if let Some((after, fact)) = counted {
            self.count(&fact, after, book);
            if let Some(in_force) = in_force.filter(|_| !program.paused) {
                self.rerate(in_force.place, &in_force.version.plan, &tiers_before, book);
            }
        }
        result
    }

    /// Reverses a line of this referrer, and writes what comes of it.
    pub fn reverse(
        &mut self,
        of: &Recorded,
        take: Take,
        reason: &str,
        tie_counts: bool,
        book: &mut impl Book,
    ) -> Result<(), Problem> {
        let line = &of.line;
        let plan = book.plan(line.program_id, line.plan_version).expect("a foreign key vouches for it");
        let step = reversal::step(of, take, &plan.currency, plan.rounding)?;
        let place = Place {
            program_id: line.program_id,
            plan_version: line.plan_version,
            window: plan.window_at(line.occurred_at),
        };
        let tiers_before = if plan.rates_again() && line.side == Side::Referrer {
            // Counted before the reversal is.
            self.volume(&plan, place.window, book);
            self.tiers(place, &plan, book)
        } else {
            Vec::new()
        };
        book.write(Entry::Line(of.reversal_line(&step, reason)));
        self.touched = true;
        if line.side == Side::Referrer {
            let once = -i32::from(step.in_full);
            let fact = Fact {
                ties: if tie_counts { once } else { 0 },
                events: once,
                revenue: -step.base.unwrap_or_default(),
                commissions: if line.amount > Decimal::ZERO { once } else { 0 },
                amount: -step.amount,
                is_reversal: true,
                ..Fact::at(line.occurred_at, &plan.currency.code)
            };
            let after = self.standing_after(&fact, None, book);
            self.count(&fact, after, book);
            self.rerate(place, &plan, &tiers_before, book);
        }
        Ok(())
    }

    /// Rates an eligible event: the referrer's line, and the referee's if there is one.
    fn rated(&mut self, in_force: InForce, event: &Occurrence, book: &mut impl Book) -> Result<Vec<Line>, Refusal> {
        let InForce { version, place: Place { window, .. }, volume } = in_force;
        let (plan, amount) = (&version.plan, event.amount.given());
        let (before, after) = volume_around(plan, event.tie, amount, volume);
        if !currency::is_storable(after) {
            return Err(Refusal::AmountOutOfRange);
        }
        let unfit = |OutOfRange| Refusal::AmountOutOfRange;
        let mut rating = rating::rate(plan, event.kind, amount, before, after).map_err(unfit)?;
        if plan.limits.look_back() {
            let (currency, keep, round) = (&plan.currency.code, !plan.window.is_sliding(), book.round());
            let used = self.tally.usage(currency, window, keep, round, || book.usage(currency, window));
            rating = plan.limits.trim(rating, used);
        }
        let referee = rating::for_referee(plan, event.kind, amount).transpose().map_err(unfit)?;
        let line = |side, rating: Rating| Line {
            mode: self.mode,
            kind: Kind::Accrual,
            side,
            program_id: self.program.id,
            plan_version: version.version,
            referrer_id: self.id,
            referee_id: event.referee_id,
            event_kind: event.kind.to_owned(),
            event_key: event.key.to_owned(),
            volume_before: before,
            tier: rating.tier,
            basis: rating.basis,
            base_amount: amount,
            amount: rating.amount,
            currency: Rc::clone(&plan.currency.code),
            occurred_at: event.at,
            payable_at: event.at.plus_days(plan.hold_days),
            note: rating.note,
            reason: None,
            corrects: None,
        };
        let welcome = referee.map(|rating| line(Side::Referee, rating));
        Ok([Some(line(Side::Referrer, rating)), welcome].into_iter().flatten().collect())
    }

    fn refused(&self, event: &Occurrence, reason: Refusal) -> Entry {
        Entry::Refused {
            event_kind: event.kind.to_owned(),
            event_key: event.key.to_owned(),
            referee_id: event.referee_id,
            program_id: self.program.id,
            amount: event.amount,
            currency: event.currency.map(str::to_owned),
            reason,
        }
    }

    /// Counts a fact, and moves the standing to what it is `after`.
    fn count(&mut self, fact: &Fact, mut after: Standing, book: &mut impl Book) {
        if !currency::is_storable(after.volume) {
            // A tie cannot be refused. Without a place the volume is counted anew when it is asked for.
            after = Standing { place: None, volume: Decimal::ZERO, ..self.standing.clone() };
        }
        self.tally.count(fact, book.round());
        let before = std::mem::replace(&mut self.standing, after);
        self.touched = true;
        if before.tier != self.standing.tier {
            book.write(Entry::TierChanged { before: before.tier, after: self.standing.clone() });
        }
    }

    /// The standing with one more fact. `in_force` is what holds at its time; a reversal has none, since it is no news of
    /// that time.
    fn standing_after(&self, fact: &Fact, in_force: Option<InForce>, book: &impl Book) -> Standing {
        match in_force {
            Some(InForce { version, place, volume }) if fact.at >= self.standing.as_of => {
                let accumulates = version.plan.window != Window::Event;
                let own = if accumulates { version.plan.measure().of(fact) } else { Decimal::ZERO };
                Standing::moved(fact.at, place, volume + own, &version.plan)
            }
            _ => {
                let plan = self.standing.place.and_then(|place| book.plan(place.program_id, place.plan_version));
                self.standing.with(fact, plan.as_deref())
            }
        }
    }

    /// What holds at the time of an event.
    fn in_force<'a>(&mut self, version: &'a PlanVersion, at: Timestamp, book: &mut impl Book) -> InForce<'a> {
        let window = version.plan.window_at(at);
        let place = Place { program_id: self.program.id, plan_version: version.version, window };
        InForce { version, place, volume: self.volume(&version.plan, window, book) }
    }

    /// The volume in a window: nothing where nothing accumulates, else counted from the record unless it is known.
    fn volume(&mut self, plan: &Plan, window: Span, book: &mut impl Book) -> Decimal {
        if plan.window == Window::Event {
            return Decimal::ZERO;
        }
        let (measure, round) = (plan.measure(), book.round());
        self.tally.volume(&measure, window, !plan.window.is_sliding(), round, || book.volume(&measure, window))
    }

    /// In `whole` rating, brings the lines of a window to the tier that its volume has reached. `before` are the tiers
    /// that they are rated by.
    fn rerate(&mut self, place: Place, plan: &Plan, before: &[Option<String>], book: &mut impl Book) {
        if !plan.rates_again() {
            return;
        }
        let volume = self.volume(plan, place.window, book);
        let tier = plan.tier_at(volume);
        let name = tier.map(|tier| tier.name.clone());
        self.tiers.retain(|(known, _)| *known != place);
        self.tiers.push((place, name.clone()));
        if before.iter().all(|tier| *tier == name) {
            return;
        }
        for recorded in book.lines(place) {
            // A line that would not fit at this tier stays at its own.
            let Ok(Some(adjustment)) = rerating::adjustment(plan, tier, &recorded) else { continue };
            let fact = Fact { amount: adjustment.amount, ..Fact::at(adjustment.occurred_at, &adjustment.currency) };
            book.write(Entry::Line(adjustment));
            self.tally.count(&fact, book.round());
        }
    }

    /// In `whole` rating, the tiers that the lines of a window are rated by: after a round of re-rating one, since a line
    /// that keeps its own is worth the same at it.
    fn tiers(&self, place: Place, plan: &Plan, book: &mut impl Book) -> Vec<Option<String>> {
        if !plan.rates_again() {
            return Vec::new();
        }
        let known = self.tiers.iter().find(|(known, _)| *known == place);
        known.map_or_else(|| book.tiers_of_lines(place), |(_, tier)| vec![tier.clone()])
    }
}

/// The currency of what a plan pays; none where no plan is in force.
fn currency_of(in_force: Option<InForce>) -> Rc<str> {
    in_force.map_or_else(|| "".into(), |in_force| Rc::clone(&in_force.version.plan.currency.code))
}

/// What an event counts that earned its referrer a line.
fn earned(event: &Occurrence, line: &Line) -> Fact {
    Fact {
        ties: i32::from(event.tie == TieState::New),
        events: 1,
        revenue: line.base_amount.unwrap_or_default(),
        commissions: i32::from(line.amount > Decimal::ZERO),
        amount: line.amount,
        ..Fact::at(event.at, &line.currency)
    }
}
