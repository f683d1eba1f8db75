//! Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`,
//! `${*}`.
//!
//! Source: the IAM user guide, "IAM policy elements: Variables and tags".

use super::context::Value;
use super::pattern::Piece;
use super::request::Request;

/// A piece of a text with variables in it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Pieces that are always there.
    Pieces(Vec<Piece>),
    /// The value of a condition key.
    Variable {
        /// The key in small letters.
        key: String,
        /// What stands for it where it is absent.
        default: Option<String>,
    },
}

/// A text of a policy that may have variables in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
    /// As the policy writes it.
    pub text: String,
}

/// A text with its variables filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// All are known.
    Known(Vec<Piece>),
    /// One has no value and no default.
    Missing,
    /// One is not known; `*` stands for its value.
    Unknown(Vec<Piece>),
}

/// How a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Whether `${…}` is a variable: in version 2012-10-17 only.
    pub variables: bool,
    /// Whether `*` and `?` match other characters.
    pub wildcards: bool,
}

impl Template {
    /// Reads a text.
    pub fn read(text: &str, reading: Reading) -> Self {
        let mut parts = Vec::new();
        let mut plain: Vec<Piece> = Vec::new();
        let mut rest = text;
        let push = |plain: &mut Vec<Piece>, text: &str| {
            plain.extend(match reading.wildcards {
                true => super::pattern::pieces(text),
                false => super::pattern::literal(text),
            });
        };
        while let Some(start) = rest.find("${").filter(|_| reading.variables) {
            let (before, after) = rest.split_at(start);
            push(&mut plain, before);
            let inner = after.get(2..).unwrap_or_default();
            let Some(end) = inner.find('}') else {
                rest = after;
                break;
            };
            let name = inner.get(..end).unwrap_or_default();
            rest = inner.get(end + 1..).unwrap_or_default();
            match name.trim() {
                special @ ("*" | "?" | "$") => plain.extend(super::pattern::literal(special)),
                name => {
                    let (key, default) = match name.split_once(',') {
                        Some((key, default)) => (key.trim(), Some(unquoted(default.trim()))),
                        None => (name, None),
                    };
                    parts.push(Part::Pieces(std::mem::take(&mut plain)));
                    parts.push(Part::Variable { key: key.to_ascii_lowercase(), default });
                }
            }
        }
        push(&mut plain, rest);
        parts.push(Part::Pieces(plain));
        Self { parts, text: text.to_owned() }
    }

    /// The pieces, where it has no variables.
    pub fn fixed(&self) -> Option<&[Piece]> {
        match self.parts.as_slice() {
            [Part::Pieces(pieces)] => Some(pieces),
            _ => None,
        }
    }

    /// Whether a variable stands before the fifth colon, where none may.
    pub fn has_early_variable(&self) -> bool {
        let mut colons = 0;
        for part in &self.parts {
            match part {
                Part::Pieces(pieces) => {
                    colons += pieces.iter().filter(|p| **p == Piece::Character(':')).count();
                }
                Part::Variable { .. } => return colons < 5,
            }
        }
        false
    }

    /// Fills in the variables. Their values match as they are, without
    /// wildcards; a key with several values is no variable.
    pub fn resolve(&self, request: &Request) -> Resolved {
        let mut pieces = Vec::new();
        let mut unknown = false;
        for part in &self.parts {
            match part {
                Part::Pieces(plain) => pieces.extend_from_slice(plain),
                Part::Variable { key, default } => match (request.value(key), default) {
                    (Value::Known(values), default) => match (values.as_slice(), default) {
                        ([one], _) => pieces.extend(super::pattern::literal(one)),
                        (_, Some(default)) => pieces.extend(super::pattern::literal(default)),
                        (_, None) => return Resolved::Missing,
                    },
                    (Value::Absent, Some(default)) => {
                        pieces.extend(super::pattern::literal(default));
                    }
                    (Value::Absent, None) => return Resolved::Missing,
                    (Value::Unknown, _) => {
                        unknown = true;
                        pieces.push(Piece::Any);
                    }
                },
            }
        }
        if unknown { Resolved::Unknown(pieces) } else { Resolved::Known(pieces) }
    }
}

fn unquoted(text: &str) -> String {
    text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(text).to_owned()
}
