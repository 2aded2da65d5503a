//! What can be told about a jsonpath from the text that Postgres prints it back as: whether it is a predicate and which
//! variables it names. It parses no jsonpath of its own; text that did not come from Postgres gives no useful answer.

use std::ops::BitOr;

/// A jsonpath of a definition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Path {
    /// As Postgres prints it.
    pub text: String,
    /// What must be computed before it can be evaluated.
    pub variables: Variables,
}

/// A set of the fixed variables.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Variables(u8);

impl Variables {
    pub const NONE: Variables = Variables(0);
    pub const EVENT: Variables = Variables(1);
    pub const PAYLOAD: Variables = Variables(1 << 1);
    pub const ACTOR: Variables = Variables(1 << 2);
    pub const ROLES: Variables = Variables(1 << 3);
    pub const IN: Variables = Variables(1 << 4);
    pub const NOW: Variables = Variables(1 << 5);
    pub const NOW_EPOCH: Variables = Variables(1 << 6);
    pub const INSTANCE: Variables = Variables(1 << 7);
    pub const ALL: Variables = Variables(u8::MAX);

    /// The names as they stand behind the `$`.
    pub const NAMES: [(&'static str, Variables); 8] = [
        ("event", Self::EVENT),
        ("payload", Self::PAYLOAD),
        ("actor", Self::ACTOR),
        ("roles", Self::ROLES),
        ("in", Self::IN),
        ("now", Self::NOW),
        ("now_epoch", Self::NOW_EPOCH),
        ("instance", Self::INSTANCE),
    ];

    /// Does it hold all of the other?
    pub fn contains(self, other: Variables) -> bool {
        self.0 & other.0 == other.0
    }

    /// Does it hold none?
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Both together.
    pub fn union(self, other: Variables) -> Variables {
        Variables(self.0 | other.0)
    }

    /// The variable of that name.
    pub fn named(name: &str) -> Option<Variables> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, variable)| *variable)
    }
}

impl BitOr for Variables {
    type Output = Variables;

    fn bitor(self, other: Variables) -> Variables {
        self.union(other)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Token<'a> {
    /// `$"name"`, with its quotes.
    Variable(&'a str),
    /// A quoted key or text, with its quotes.
    Quoted(&'a str),
    /// A keyword, a method's name or a number.
    Word(&'a str),
    /// `(`, `[` or `{`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// A run of operator characters, such as `==` or `&&`; `.`, `$`, `@`, `?` and `,` stand alone.
    Operator(&'a str),
}

/// Is it true, false or unknown rather than some value? `canonical` is Postgres's own print.
pub fn is_predicate(canonical: &str) -> bool {
    let text = canonical.strip_prefix("strict ").unwrap_or(canonical);
    let tokens: Vec<Token<'_>> = tokens(text).collect();
    let opening = match tokens.as_slice() {
        [Token::Operator("!") | Token::Word("exists"), Token::Open, ..] => 1,
        [Token::Open, ..] => 0,
        _ => return false,
    };
    let Some(closing) = matching(&tokens, opening) else { return false };
    match &tokens[closing + 1..] {
        [] if opening == 1 => true,
        [] => compares(&tokens[1..closing]),
        [Token::Word("is"), Token::Word("unknown")] => opening == 0,
        _ => false,
    }
}

/// The names of the variables in it, each as often as it stands there. `canonical` is Postgres's own print.
pub fn variables(canonical: &str) -> impl Iterator<Item = String> + '_ {
    tokens(canonical).filter_map(|token| match token {
        Token::Variable(quoted) => serde_json::from_str(quoted).ok(),
        _ => None,
    })
}

/// Inside one pair of brackets Postgres leaves out only those brackets that priority makes needless, so a comparison at
/// this level, and not in deeper brackets, makes the whole a predicate.
fn compares(tokens: &[Token<'_>]) -> bool {
    let mut depth = 0;
    tokens.windows(2).any(|pair| {
        match pair[0] {
            Token::Open => depth += 1,
            Token::Close => depth -= 1,
            _ => {}
        }
        depth == 0
            && match pair[0] {
                Token::Operator(operator) => {
                    matches!(operator, "==" | "!=" | "<>" | "<" | ">" | "<=" | ">=" | "&&" | "||")
                }
                Token::Word("like_regex") => true,
                Token::Word("starts") => pair[1] == Token::Word("with"),
                _ => false,
            }
    })
}

fn matching(tokens: &[Token<'_>], opening: usize) -> Option<usize> {
    let mut depth = 0_usize;
    tokens.iter().enumerate().skip(opening).find_map(|(index, token)| {
        match token {
            Token::Open => depth += 1,
            Token::Close => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(index)
    })
}

fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let (token, length) = match first {
            '$' if rest[1..].starts_with('"') => {
                let length = quoted_length(&rest[1..]);
                (Token::Variable(&rest[1..1 + length]), 1 + length)
            }
            '"' => {
                let length = quoted_length(rest);
                (Token::Quoted(&rest[..length]), length)
            }
            '(' | '[' | '{' => (Token::Open, 1),
            ')' | ']' | '}' => (Token::Close, 1),
            '=' | '!' | '<' | '>' | '&' | '|' => {
                let length = rest.find(|c| !"=!<>&|".contains(c)).unwrap_or(rest.len());
                (Token::Operator(&rest[..length]), length)
            }
            word if word.is_alphanumeric() || word == '_' => {
                let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                (Token::Word(&rest[..length]), length)
            }
            other => (Token::Operator(&rest[..other.len_utf8()]), other.len_utf8()),
        };
        rest = &rest[length..];
        Some(token)
    })
}

/// The length of the quoted text at the start, both quotes included.
fn quoted_length(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let closes = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        closes
    });
    end.map_or(text.len(), |(index, _)| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_predicates() {
        for text in [
            r#"($."a" == 1)"#,
            r#"strict ($."a" != "x")"#,
            r#"!($."a" == 1)"#,
            r#"!(exists ($."a"))"#,
            r#"exists ($."a")"#,
            r#"exists ($."a"?(@."b" > 1))"#,
            r#"($."a" == 1) is unknown"#,
            r#"($."x" starts with "a")"#,
            r#"($."x" like_regex "^(a|b)$" flag "i")"#,
            r#"($."a" == 1 && $."b" == 2)"#,
            r#"($."a" == 1 || !($."b" == 2))"#,
            r#"($."a" + 1 < $."b")"#,
            r#"(exists ($."a") && ($."b" == 1) is unknown)"#,
            r#"($"event"."output"."outcome" == "approve")"#,
            r#"($."x".type() == "string")"#,
            r#"($."a)" == 1)"#,
        ] {
            assert!(is_predicate(text), "{text}");
        }
    }

    #[test]
    fn knows_values() {
        for text in [
            r#"$."a""#,
            "$",
            "true",
            r#"($."a" + 1)"#,
            r#"(-$."a")"#,
            r#"$."a".size()"#,
            r#"($."a" == 1).type()"#,
            r#"($."a" == 1)."x""#,
            r#"!($."a" == 1).type()"#,
            r#"exists ($."a").type()"#,
            r#"($."a" == 1) is unknown.type()"#,
            r#"$."a"?(@."b" == 1)"#,
            r#"($."a"?(@ == 1) + 1)"#,
            r#"($."a"[$."b"?(@ == 1)] * 2)"#,
            r#""($.a == 1)""#,
            r#"$"event"."a""#,
            "",
            "(",
            "()",
        ] {
            assert!(!is_predicate(text), "{text}");
        }
    }

    #[test]
    fn finds_variables_and_only_those() {
        let found = |text| variables(text).collect::<Vec<_>>();
        assert_eq!(found(r#"($"event"."x" == $"now_epoch")"#), ["event", "now_epoch"]);
        assert_eq!(found(r#"($."$\"event" == "$\"in\"")"#), Vec::<String>::new());
        assert_eq!(found(r#"$"a\"b""#), ["a\"b"]);
        assert_eq!(found(r#"$."items"[$"i"]"#), ["i"]);
    }

    #[test]
    fn variables_are_a_set() {
        let both = Variables::EVENT | Variables::NOW;
        assert!(both.contains(Variables::NOW) && !both.contains(Variables::IN) && Variables::NONE.is_empty());
        assert_eq!(Variables::named("now_epoch"), Some(Variables::NOW_EPOCH));
        assert_eq!(Variables::named("other"), None);
    }
}
