//! Re-rating: in `whole` rating, what the tier reached makes of the lines before.

use super::currency::OutOfRange;
use super::line::{Edge, Kind, Line, Recorded};
use super::plan::{Plan, Tier};
use super::rating;
use rust_decimal::Decimal;

/// The line that brings a recorded one to a tier; `None` if it is rated by that tier, or worth the same at it.
pub fn adjustment(plan: &Plan, tier: Option<&Tier>, of: &Recorded) -> Result<Option<Line>, OutOfRange> {
    let name = tier.map(|tier| tier.name.as_str());
    if of.is_reversed_in_full() || of.tier() == name {
        return Ok(None);
    }
    let rating = rating::at_tier(plan, tier, &of.line.event_kind, of.line.base_amount, Some(&of.share_left()))?;
    let difference: Decimal = rating.amount - of.net();
    let words = |tier: Option<&str>| tier.map_or_else(|| "no tier".to_owned(), |name| format!("tier {name}"));
    let before = of.tier().map_or_else(|| "no tier".to_owned(), str::to_owned);
    Ok((!difference.is_zero()).then(|| Line {
        kind: Kind::Adjustment,
        tier: rating.tier,
        basis: rating.basis,
        amount: difference,
        note: rating.note,
        reason: Some(format!("{} instead of {before}", words(name))),
        corrects: Some(Edge { commission_id: of.id, refunded: None, in_full: false }),
        ..of.line.clone()
    }))
}
