//! A set of states as bits. Document order is pre-order, so the descendants of a state are one contiguous range of
//! bits: that is what makes exits, entries and "is anything in there active" cheap in large charts.

use super::ids::StateId;

const BITS: usize = u64::BITS as usize;

/// States of one chart, in document order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StateSet {
    words: Box<[u64]>,
}

impl StateSet {
    /// An empty set for a chart of so many states.
    pub fn new(states: usize) -> Self {
        StateSet { words: vec![0; states.div_ceil(BITS)].into_boxed_slice() }
    }

    /// Is the state in it?
    pub fn contains(&self, state: StateId) -> bool {
        let index = state.index();
        self.words.get(index / BITS).is_some_and(|word| word & (1 << (index % BITS)) != 0)
    }

    /// Puts the state in.
    pub fn insert(&mut self, state: StateId) {
        let index = state.index();
        self.words[index / BITS] |= 1 << (index % BITS);
    }

    /// Takes the state out.
    pub fn remove(&mut self, state: StateId) {
        let index = state.index();
        self.words[index / BITS] &= !(1 << (index % BITS));
    }

    /// Puts all states of the other set in.
    pub fn extend(&mut self, other: &StateSet) {
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }

    /// Do the sets share a state?
    pub fn intersects(&self, other: &StateSet) -> bool {
        self.words.iter().zip(&other.words).any(|(a, b)| a & b != 0)
    }

    /// Is nothing in it?
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// How many states it holds.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The states in document order.
    pub fn iter(&self) -> impl Iterator<Item = StateId> + '_ {
        self.range(0, usize::MAX)
    }

    /// The states with `first <= index <= last`, in document order.
    pub(super) fn range(&self, first: usize, last: usize) -> impl Iterator<Item = StateId> + '_ {
        let mut at = first;
        std::iter::from_fn(move || {
            let found = self.next_from(at).filter(|state| state.index() <= last)?;
            at = found.index() + 1;
            Some(found)
        })
    }

    /// The first state whose index is at least `index`.
    pub(super) fn next_from(&self, index: usize) -> Option<StateId> {
        let mut at = index / BITS;
        let mut word = self.words.get(at)? & (u64::MAX << (index % BITS));
        while word == 0 {
            at += 1;
            word = *self.words.get(at)?;
        }
        Some(StateId::new(at * BITS + word.trailing_zeros() as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(states: usize, members: &[usize]) -> StateSet {
        let mut set = StateSet::new(states);
        members.iter().for_each(|index| set.insert(StateId::new(*index)));
        set
    }

    fn indexes(states: impl Iterator<Item = StateId>) -> Vec<usize> {
        states.map(StateId::index).collect()
    }

    #[test]
    fn iterates_in_order_across_words() {
        let set = set(200, &[199, 0, 63, 64, 128]);
        assert_eq!(indexes(set.iter()), [0, 63, 64, 128, 199]);
        assert_eq!(set.len(), 5);
    }

    #[test]
    fn ranges_are_inclusive() {
        let set = set(130, &[1, 64, 65, 129]);
        assert_eq!(indexes(set.range(2, 65)), [64, 65]);
        assert!(indexes(set.range(66, 128)).is_empty());
        assert_eq!(set.next_from(130), None);
    }

    #[test]
    fn removing_empties() {
        let mut set = set(70, &[69]);
        assert!(set.contains(StateId::new(69)) && !set.contains(StateId::new(500)));
        set.remove(StateId::new(69));
        assert!(set.is_empty());
    }

    #[test]
    fn sets_combine() {
        let mut left = set(70, &[1]);
        let right = set(70, &[69]);
        assert!(!left.intersects(&right));
        left.extend(&right);
        assert!(left.intersects(&right));
        assert_eq!(indexes(left.iter()), [1, 69]);
    }
}
