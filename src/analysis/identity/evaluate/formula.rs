//! What a decision depends on, as a formula over facts that are not known.

use std::fmt;

/// A formula over facts that are not known. The constructors keep it simple:
/// constants never stand inside others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Formula {
    /// It is so.
    True,
    /// It is not so.
    False,
    /// It is so if this fact holds.
    Fact(Fact),
    /// The contrary.
    Not(Box<Formula>),
    /// All of them; two at least.
    All(Vec<Formula>),
    /// One of them; two at least.
    Any(Vec<Formula>),
}

/// A fact that is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// A condition key that the request context may hold.
    Key {
        /// The key, as the policy writes it.
        key: String,
        /// The operator without `IfExists`, and positive.
        operator: String,
        /// The values that the policy compares with.
        values: Vec<String>,
    },
    /// That a condition key is not in the request context.
    Absent {
        /// The key, as the policy writes it.
        key: String,
    },
    /// Anything else, in words.
    Other(String),
}

impl Formula {
    /// A fact in words.
    pub fn other(words: impl Into<String>) -> Self {
        Self::Fact(Fact::Other(words.into()))
    }

    /// The constant.
    pub fn constant(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }

    /// The contrary.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// All of them; true of none.
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept: Vec<Self> = Vec::new();
        for part in parts {
            match part {
                Self::True => {}
                Self::False => return Self::False,
                Self::All(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        match settle(kept) {
            None => Self::False,
            Some(kept) => single(kept, Self::True, Self::All),
        }
    }

    /// One of them; false of none.
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept: Vec<Self> = Vec::new();
        for part in parts {
            match part {
                Self::False => {}
                Self::True => return Self::True,
                Self::Any(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        match settle(kept) {
            None => Self::True,
            Some(kept) => single(kept, Self::False, Self::Any),
        }
    }

    /// This and that.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::all([self, other])
    }

    /// This or that.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::any([self, other])
    }

    /// Whether it is so whatever is not known.
    pub fn is_true(&self) -> bool {
        *self == Self::True
    }

    /// Whether it is not so, whatever is not known.
    pub fn is_false(&self) -> bool {
        *self == Self::False
    }

    /// Every fact in it, in order, repeated where it is.
    pub fn facts(&self) -> Vec<&Fact> {
        match self {
            Self::True | Self::False => Vec::new(),
            Self::Fact(fact) => vec![fact],
            Self::Not(inner) => inner.facts(),
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::facts).collect(),
        }
    }
}

/// Sorted and without repetition; `None` where a part and its contrary are
/// both there.
fn settle(mut parts: Vec<Formula>) -> Option<Vec<Formula>> {
    parts.sort();
    parts.dedup();
    let clash = parts.iter().any(|part| match part {
        Formula::Not(inner) => parts.binary_search(inner).is_ok(),
        _ => false,
    });
    (!clash).then_some(parts)
}

fn single(
    mut parts: Vec<Formula>,
    none: Formula,
    many: impl FnOnce(Vec<Formula>) -> Formula,
) -> Formula {
    match parts.len() {
        0 => none,
        1 => parts.pop().unwrap_or(none),
        _ => many(parts),
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key { key, operator, values } => match values.as_slice() {
                [one] => write!(f, "{key} {operator} {one}"),
                many => write!(f, "{key} {operator} [{}]", many.join(", ")),
            },
            Self::Absent { key } => write!(f, "{key} is absent"),
            Self::Other(words) => write!(f, "{words}"),
        }
    }
}

impl fmt::Display for Formula {
    /// In words: `a and (b or not c)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Self], word: &str| {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    write!(f, " {word} ")?;
                }
                match part {
                    Self::All(_) | Self::Any(_) => write!(f, "({part})")?,
                    _ => write!(f, "{part}")?,
                }
            }
            Ok(())
        };
        match self {
            Self::True => write!(f, "always"),
            Self::False => write!(f, "never"),
            Self::Fact(fact) => write!(f, "{fact}"),
            Self::Not(inner) => match inner.as_ref() {
                Self::Fact(Fact::Absent { key }) => write!(f, "{key} is present"),
                inner => write!(f, "not ({inner})"),
            },
            Self::All(parts) => joined(f, parts, "and"),
            Self::Any(parts) => joined(f, parts, "or"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_and_contraries_vanish() {
        let (a, b) = (Formula::other("a"), Formula::other("b"));
        assert_eq!(Formula::all([a.clone(), Formula::True]), a);
        assert_eq!(Formula::all([a.clone(), b.clone(), a.clone().negate()]), Formula::False);
        assert_eq!(Formula::any([a.clone(), a.clone().negate()]), Formula::True);
        assert_eq!(Formula::all([]), Formula::True);
        assert_eq!(a.clone().and(b.or(a.clone()).negate()).to_string(), "a and not (a or b)");
        assert_eq!(a.clone().negate().negate(), a);
    }
}
