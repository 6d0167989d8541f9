//! The first few of many, without keeping the rest.

/// Keeps the items that rank highest.
pub struct Top<R, T> {
    most: usize,
    items: Vec<(R, T)>,
}

impl<R: Ord, T> Top<R, T> {
    /// Of at most so many.
    pub fn new(most: usize) -> Top<R, T> {
        Top { most, items: Vec::new() }
    }

    /// Looks at one more.
    pub fn push(&mut self, rank: R, item: T) {
        self.items.push((rank, item));
        // Twice as many are let in before they are sorted out, so that each costs little.
        if self.items.len() > 2 * self.most {
            self.sort_out();
        }
    }

    /// Those kept, the highest first; of equals the one that came first.
    pub fn into_sorted(mut self) -> Vec<T> {
        self.sort_out();
        self.items.into_iter().map(|(_, item)| item).collect()
    }

    fn sort_out(&mut self) {
        self.items.sort_by(|(one, _), (other, _)| other.cmp(one));
        self.items.truncate(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_head_of_all_sorted(ranks in prop::collection::vec(0..50u8, 0..200), most in 0..20usize) {
            let mut top = Top::new(most);
            for (place, rank) in ranks.iter().enumerate() {
                top.push(*rank, (*rank, place));
            }
            let mut sorted: Vec<(u8, usize)> = ranks.iter().copied().zip(0..).collect();
            sorted.sort_by_key(|(rank, place)| (u8::MAX - rank, *place));
            sorted.truncate(most);
            prop_assert_eq!(top.into_sorted(), sorted);
        }
    }
}
