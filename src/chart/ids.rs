//! Small integers for everything that a chart names. They index the chart's own tables and mean nothing in another
//! chart.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub struct $name(u32);

        impl $name {
            /// A chart's text is at most 256 KiB, so its tables never outgrow 32 bits.
            pub(in crate::chart) fn new(index: usize) -> Self {
                $name(index as u32)
            }

            /// The place in the chart's table.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id!(
    /// A state; the order is document order, 0 is the root.
    StateId
);
id!(
    /// A transition; those of one state stand together, states in document order.
    TransitionId
);
id!(
    /// A jsonpath in [`Chart::paths`](super::Chart::paths).
    PathId
);
id!(
    /// A JSON text in [`Chart::literals`](super::Chart::literals).
    LiteralId
);
id!(
    /// A SQL function in [`Chart::functions`](super::Chart::functions).
    FunctionId
);
id!(
    /// A registered guard's code in [`Chart::guard_codes`](super::Chart::guard_codes).
    GuardCodeId
);
