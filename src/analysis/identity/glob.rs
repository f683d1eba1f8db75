//! The patterns of policies: `*` for any text, `?` for one character.

/// Whether a pattern matches a text, capitals and small letters alike.
pub(super) fn matches_action(pattern: &str, action: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return pattern.eq_ignore_ascii_case(action);
    }
    // Most patterns are of another service.
    if let (Some((wanted, _)), Some((service, _))) =
        (pattern.split_once(':'), action.split_once(':'))
        && !wanted.contains(['*', '?'])
        && !wanted.eq_ignore_ascii_case(service)
    {
        return false;
    }
    matches(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase())
}

/// Whether a pattern matches a text. Linear in both: a star is tried anew only
/// from where the last one stood.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some('?') => {
                p += 1;
                t += 1;
            }
            Some(c) if text.get(t) == Some(c) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
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
        let hard = "a*".repeat(50) + "b";
        assert!(!matches(&hard, &"a".repeat(2000)));
    }
}
