//! Patterns with `*` and `?`, matched against a text or against the region of
//! texts that another pattern describes.

/// A piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Piece {
    /// This character.
    Character(char),
    /// Any one character: `?`.
    One,
    /// Any run of characters, also none: `*`.
    Any,
}

/// How much of a region a pattern takes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cover {
    /// All of it.
    Whole,
    /// Some of it may be taken in, some not.
    Part,
    /// Nothing of it.
    Nothing,
}

/// The pieces of a pattern in which `*` and `?` have their meaning.
pub fn pieces(text: &str) -> Vec<Piece> {
    text.chars()
        .map(|c| match c {
            '*' => Piece::Any,
            '?' => Piece::One,
            c => Piece::Character(c),
        })
        .collect()
}

/// As [`pieces`], but `${*}`, `${?}` and `${$}` are the characters themselves,
/// as in policies.
pub fn escaped(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let special = ['*', '?', '$'].into_iter().find_map(|special| {
            let after = rest.strip_prefix("${")?.strip_prefix(special)?.strip_prefix('}')?;
            Some((special, after))
        });
        match special {
            Some((special, after)) => {
                found.push(Piece::Character(special));
                rest = after;
            }
            None => {
                let (one, after) = rest.split_at(c.len_utf8());
                found.extend(pieces(one));
                rest = after;
            }
        }
    }
    found
}

/// The pieces of a text in which `*` and `?` are characters like others.
pub fn literal(text: &str) -> Vec<Piece> {
    text.chars().map(Piece::Character).collect()
}

/// The pieces in small letters, for what is compared without regard to case.
pub fn lowered(pieces: Vec<Piece>) -> Vec<Piece> {
    let lower = |piece| match piece {
        Piece::Character(c) => Piece::Character(c.to_ascii_lowercase()),
        other => other,
    };
    pieces.into_iter().map(lower).collect()
}

/// A pattern as it is written.
pub fn text(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Character(c) => *c,
            Piece::One => '?',
            Piece::Any => '*',
        })
        .collect()
}

/// Whether the pattern takes every text.
pub fn is_everything(pattern: &[Piece]) -> bool {
    !pattern.is_empty() && pattern.iter().all(|piece| *piece == Piece::Any)
}

/// How much of the region `subject` the pattern takes in; exact where the
/// subject is a plain text. `Part` is said where neither of the others can be
/// shown.
pub fn cover(pattern: &[Piece], subject: &[Piece]) -> Cover {
    if takes_in(pattern, subject) {
        return Cover::Whole;
    }
    let plain = subject.iter().all(|piece| matches!(piece, Piece::Character(_)));
    if plain || !overlap(pattern, subject) { Cover::Nothing } else { Cover::Part }
}

/// Whether every text of `subject` is one of `pattern`'s. Linear but for
/// retries from the last star.
fn takes_in(pattern: &[Piece], subject: &[Piece]) -> bool {
    let (mut p, mut s) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(found) = subject.get(s) {
        let step = match (pattern.get(p), found) {
            (Some(Piece::Any), _) => {
                star = Some((p, s));
                p += 1;
                continue;
            }
            (Some(Piece::One), Piece::Character(_) | Piece::One) => true,
            (Some(Piece::Character(a)), Piece::Character(b)) => a == b,
            _ => false,
        };
        if step {
            p += 1;
            s += 1;
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            p = at + 1;
            s = from + 1;
        } else {
            return false;
        }
    }
    pattern.iter().skip(p).all(|piece| *piece == Piece::Any)
}

/// Whether some text is in both patterns.
pub fn overlap(a: &[Piece], b: &[Piece]) -> bool {
    // Most patterns part before their first star.
    for pair in a.iter().zip(b) {
        match pair {
            (Piece::Any, _) | (_, Piece::Any) => break,
            (Piece::Character(x), Piece::Character(y)) if x != y => return false,
            _ => {}
        }
    }
    // reachable[j]: the pieces of `a` so far and the first j of `b` have a
    // text in common.
    let mut reachable = vec![false; b.len() + 1];
    let skip = |row: &mut Vec<bool>| {
        for (j, piece) in b.iter().enumerate() {
            if *piece == Piece::Any
                && row.get(j) == Some(&true)
                && let Some(next) = row.get_mut(j + 1)
            {
                *next = true;
            }
        }
    };
    if let Some(first) = reachable.first_mut() {
        *first = true;
    }
    skip(&mut reachable);
    let mut next = vec![false; b.len() + 1];
    for piece in a {
        next.fill(false);
        if *piece == Piece::Any {
            let from = reachable.iter().position(|found| *found).unwrap_or(reachable.len());
            next.iter_mut().skip(from).for_each(|found| *found = true);
        } else {
            for (j, other) in b.iter().enumerate() {
                if reachable.get(j) != Some(&true) {
                    continue;
                }
                let target = match (piece, other) {
                    (_, Piece::Any) => j,
                    (Piece::Character(x), Piece::Character(y)) if x != y => continue,
                    _ => j + 1,
                };
                if let Some(found) = next.get_mut(target) {
                    *found = true;
                }
            }
        }
        skip(&mut next);
        std::mem::swap(&mut reachable, &mut next);
    }
    reachable.last() == Some(&true)
}

/// The first `count - 1` fields between colons, then the rest as one.
pub fn fields(pattern: &[Piece], count: usize) -> Vec<&[Piece]> {
    pattern.splitn(count, |piece| *piece == Piece::Character(':')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pattern: &str, subject: &str) -> Cover {
        cover(&pieces(pattern), &pieces(subject))
    }

    #[test]
    fn texts_are_in_or_out() {
        assert_eq!(of("a*b?", "aXXbc"), Cover::Whole);
        assert_eq!(of("a*b?", "aXXb"), Cover::Nothing);
        assert_eq!(of("", ""), Cover::Whole);
        assert_eq!(of("?", ""), Cover::Nothing);
        assert_eq!(cover(&literal("*"), &pieces("x")), Cover::Nothing);
    }

    #[test]
    fn regions_are_in_out_or_between() {
        assert_eq!(of("bucket/*", "bucket/a*"), Cover::Whole);
        assert_eq!(of("bucket/a*", "bucket/*"), Cover::Part);
        assert_eq!(of("bucket/*x", "bucket/a*"), Cover::Part);
        assert_eq!(of("other/*", "bucket/*"), Cover::Nothing);
        assert_eq!(of("a?c", "a*"), Cover::Part);
        assert_eq!(of("?", "*"), Cover::Part);
        assert_eq!(of("*", "*"), Cover::Whole);
    }

    #[test]
    fn a_star_may_be_a_star() {
        assert_eq!(escaped("a${*}b${x}?"), [literal("a*b${x}"), pieces("?")].concat());
    }

    #[test]
    fn hostile_patterns_take_no_longer() {
        let hard = "a*".repeat(60) + "b";
        assert_eq!(of(&hard, &"a".repeat(3000)), Cover::Nothing);
        assert_eq!(of(&hard, &("a".repeat(200) + "*")), Cover::Part);
    }
}
