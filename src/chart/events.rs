//! Event names against event descriptors. A name is resolved once per event, by hash, to the few descriptors of the
//! chart that match it; states then compare integers. Order is XState's: the exact descriptor, then wildcards, longest
//! first.

use super::ids::{StateId, TransitionId};
use super::model::State;
use std::collections::HashMap;

/// A descriptor's number in its chart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct DescriptorId(u32);

/// Every event descriptor of a chart.
#[derive(Debug, Default)]
pub(super) struct EventTable {
    exact: HashMap<String, DescriptorId>,
    /// `prefix.*` under `prefix`.
    prefixes: HashMap<String, DescriptorId>,
    /// `*`
    any: Option<DescriptorId>,
    count: u32,
}

/// What an event can trigger.
pub(super) struct Triggered {
    /// The `after` that fell due, if it is one.
    pub(super) timer: Option<(StateId, usize)>,
    /// In the order in which they are tried.
    pub(super) descriptors: Vec<DescriptorId>,
}

impl EventTable {
    /// The descriptor's number, a new one if it was not known.
    pub(super) fn intern(&mut self, descriptor: &str) -> DescriptorId {
        let next = DescriptorId(self.count);
        let id = if descriptor == "*" {
            *self.any.get_or_insert(next)
        } else if let Some(prefix) = descriptor.strip_suffix(".*") {
            *self.prefixes.entry(prefix.to_owned()).or_insert(next)
        } else {
            *self.exact.entry(descriptor.to_owned()).or_insert(next)
        };
        self.count += u32::from(id == next);
        id
    }

    /// The descriptors that match an event of this name.
    pub(super) fn resolve(&self, name: &str, timer: Option<(StateId, usize)>) -> Triggered {
        let mut descriptors: Vec<DescriptorId> = self.exact.get(name).copied().into_iter().collect();
        if !self.prefixes.is_empty() {
            descriptors.extend(self.prefixes.get(name));
            let dots = name.rmatch_indices('.').map(|(dot, _)| dot);
            descriptors.extend(dots.filter_map(|dot| self.prefixes.get(&name[..dot])));
        }
        descriptors.extend(self.any);
        Triggered { timer, descriptors }
    }
}

impl Triggered {
    /// Could it trigger nothing anywhere?
    pub(super) fn is_empty(&self) -> bool {
        self.timer.is_none() && self.descriptors.is_empty()
    }

    /// The state's transitions that it triggers, in the order in which they are tried.
    pub(super) fn candidates<'a>(&'a self, id: StateId, state: &'a State) -> impl Iterator<Item = TransitionId> + 'a {
        let due = match self.timer {
            Some((owner, index)) if owner == id => &state.after[index].transitions[..],
            _ => &[],
        };
        let named = self.descriptors.iter().flat_map(|descriptor| {
            let at = state.triggers.binary_search_by_key(descriptor, |(known, _)| *known);
            at.map_or(&[][..], |at| &state.triggers[at].1)
        });
        due.iter().chain(named).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_first_then_the_longest_wildcard() {
        let mut table = EventTable::default();
        let ids: Vec<DescriptorId> =
            ["*", "a.*", "a.b.*", "a.b", "b.*"].iter().map(|text| table.intern(text)).collect();
        let resolved = |name| table.resolve(name, None).descriptors;
        assert_eq!(resolved("a.b"), [ids[3], ids[2], ids[1], ids[0]]);
        assert_eq!(resolved("a"), [ids[1], ids[0]]);
        assert_eq!(resolved("a.b.c"), [ids[2], ids[1], ids[0]]);
        assert_eq!(resolved("ab"), [ids[0]]);
        assert_eq!(table.intern("a.*"), ids[1]);
    }

    #[test]
    fn nothing_matches_in_an_empty_table() {
        assert!(EventTable::default().resolve("a.b", None).is_empty());
    }
}
