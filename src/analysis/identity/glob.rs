//! The patterns of policies: `*` for any text, `?` for one character.

/// Whether a pattern matches a text, capitals and small letters of ASCII alike,
/// as the names of actions are matched.
pub fn matches_action(pattern: &str, action: &str) -> bool {
    is_match(pattern, action, |a, b| a.eq_ignore_ascii_case(&b))
}

/// Whether a pattern matches a text, letter by letter.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    is_match(pattern, text, |a, b| a == b)
}

/// A star is tried anew only from where the last one stood, so the time is
/// proportional to the product of the lengths at most.
fn is_match(pattern: &str, text: &str, is_same: impl Fn(u8, u8) -> bool) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    // Where the last star stands, and what it was last tried to end at.
    let mut star: Option<(usize, usize)> = None;
    while let Some(&at) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(b'?') => {
                p += 1;
                t = next_character(text, t);
            }
            Some(&c) if is_same(c, at) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((back, from)) => {
                    let from = next_character(text, from);
                    star = Some((back, from));
                    p = back + 1;
                    t = from;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == b'*')
}

/// Where the character after that at `at` begins: one may take several bytes.
fn next_character(text: &[u8], at: usize) -> usize {
    let rest = text.iter().skip(at + 1);
    at + 1 + rest.take_while(|byte| **byte & 0xC0 == 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_match_as_in_policies() {
        assert!(matches("arn:*:secret:db-??????", "arn:aws:secret:db-AbCdEf"));
        assert!(!matches("db-??????", "db-AbCdE"));
        assert!(matches("*", "") && matches("a*b*c", "aXbYbZc") && !matches("a*b", "aXc"));
        assert!(matches_action("S3:get*", "s3:GetObject"));
        assert!(matches("caf?/*é?", "café/ééb") && !matches("caf??", "café"));
        let hard = "a*".repeat(50) + "b";
        assert!(!matches(&hard, &"a".repeat(2000)));
    }
}
