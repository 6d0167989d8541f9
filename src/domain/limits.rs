//! Limits: what bounds the lines of one referrer in a window.

use super::plan::Limits;
use super::rating::{Note, Rating};
use super::volume::Usage;
use rust_decimal::Decimal;

impl Limits {
    /// Whether a line depends on those before it.
    pub fn look_back(&self) -> bool {
        self.commissions_per_window.is_some() || self.amount_per_window.is_some()
    }

    /// Trims a rating to what the limits leave.
    pub fn trim(&self, rating: Rating, used: Usage) -> Rating {
        let is_spent = self.commissions_per_window.is_some_and(|most| used.commissions >= i64::from(most));
        let room = match self.amount_per_window {
            _ if is_spent => Decimal::ZERO,
            Some(most) => (most - used.amount).max(Decimal::ZERO),
            None => return rating,
        };
        if rating.amount <= room {
            return rating;
        }
        // Lines of an earlier plan version may have had more decimals; what they leave is not rounded up.
        let mut amount = room.trunc_with_scale(rating.amount.scale());
        amount.rescale(rating.amount.scale());
        Rating { amount, note: Some(Note::Capped), ..rating }
    }
}
