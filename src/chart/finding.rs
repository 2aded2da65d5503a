//! What a check of a definition has to say: where, how bad, under which code, in which words. It knows nothing of how a
//! definition is read; it only keeps the list of codes complete and its names stable, because users match on them.

use std::fmt;

/// One remark about a definition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// RFC 6901: the offending value, or the parent of what is missing. Empty for the whole document.
    pub pointer: String,
    pub severity: Severity,
    pub code: FindingCode,
    /// One or two sentences: what is wrong and what would be right.
    pub message: String,
}

/// Errors refuse a definition, warnings do not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    Error,
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident $severity:ident $text:literal)*) => {
        /// The kind of a finding.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum FindingCode { $($(#[$doc])* $variant,)* }

        impl FindingCode {
            /// Every code there is, errors first.
            pub const ALL: &[FindingCode] = &[$(FindingCode::$variant,)*];

            /// The name that users see, in upper case with underscores.
            pub fn as_str(self) -> &'static str {
                match self { $(FindingCode::$variant => $text,)* }
            }

            /// A code is always an error or always a warning.
            pub fn severity(self) -> Severity {
                match self { $(FindingCode::$variant => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    /// The text is no JSON.
    InvalidJson Error "INVALID_JSON"
    /// More than 256 KiB of text.
    TooLarge Error "TOO_LARGE"
    /// More than 100 levels of nesting.
    TooDeep Error "TOO_DEEP"
    /// An object names a key twice.
    DuplicateKey Error "DUPLICATE_KEY"
    /// A string or key holds `\u0000`, which Postgres cannot store as text.
    NulCharacter Error "NUL_CHARACTER"
    /// A value of another JSON type was expected.
    WrongType Error "WRONG_TYPE"
    /// A key that must be there is not.
    MissingKey Error "MISSING_KEY"
    /// A key that nobody reads.
    UnknownKey Error "UNKNOWN_KEY"
    /// The right type with an impossible value.
    BadValue Error "BAD_VALUE"
    /// A state's key that could not be written in a path.
    BadStateKey Error "BAD_STATE_KEY"
    /// A target that names no state.
    DanglingTarget Error "DANGLING_TARGET"
    /// Two states, invokes or timers of one name.
    DuplicateId Error "DUPLICATE_ID"
    /// A delay that is no duration.
    BadDuration Error "BAD_DURATION"
    /// A value's jsonpath that does not parse.
    BadPath Error "BAD_PATH"
    /// A guard that cannot be evaluated.
    BadGuard Error "BAD_GUARD"
    /// A jsonpath variable outside the fixed set.
    UnknownVariable Error "UNKNOWN_VARIABLE"
    /// A value's SQL function that does not exist.
    UnknownFunction Error "UNKNOWN_FUNCTION"
    /// `initial` names no child.
    UnreachableInitial Error "UNREACHABLE_INITIAL"
    /// A word that is kept for the engine.
    Reserved Error "RESERVED"
    /// A flat timer that could advance to several states.
    AmbiguousTimer Error "AMBIGUOUS_TIMER"
    /// Several targets that can not be active together.
    ConflictingTargets Error "CONFLICTING_TARGETS"
    /// No path leads to the state.
    UnreachableState Warning "UNREACHABLE_STATE"
    /// No path leads out of a state that is not final.
    DeadEnd Warning "DEAD_END"
    /// An earlier transition always wins.
    ShadowedTransition Warning "SHADOWED_TRANSITION"
    /// Eventless transitions lead back to where they began.
    EventlessCycle Warning "EVENTLESS_CYCLE"
    /// A guard code that nobody has registered yet.
    UnboundGuard Warning "UNBOUND_GUARD"
    /// A calendar that nobody has set yet.
    UnknownCalendar Warning "UNKNOWN_CALENDAR"
    /// An `onDone` of a state that can not be done.
    NeverDone Warning "NEVER_DONE"
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Behind so many findings nobody reads hints, and looking for near names among all states would cost more than it
/// helps.
pub(super) const HINTED_FINDINGS: usize = 100;

/// The known word that was probably meant, if there is one near.
pub(super) fn nearest<'k>(text: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // A long text is near nothing, and comparing it would cost its length for each known word.
    if text.len() > 64 {
        return None;
    }
    let text = text.to_lowercase();
    let allowed = 1 + text.chars().count() / 3;
    let scored = known.into_iter().map(|word| (strsim::levenshtein(&text, &word.to_lowercase()), word));
    scored.filter(|(distance, _)| *distance <= allowed).min_by_key(|(distance, _)| *distance).map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found() {
        let known = ["target", "guard", "actions", "reenter"];
        assert_eq!(nearest("tragets", known), Some("target"));
        assert_eq!(nearest("Guard", known), Some("guard"));
        assert_eq!(nearest("action", known), Some("actions"));
        assert_eq!(nearest("colour", known), None);
    }
}
