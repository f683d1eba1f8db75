//! What someone may have meant.

use crate::diagnostic::Diagnostic;

/// Says that there is no control `id`, and which may have been meant.
pub fn unknown_control<'a>(id: &str, known: impl IntoIterator<Item = &'a String>) -> Diagnostic {
    Diagnostic::error(format!("there is no control {id}")).help(match nearest(id, known) {
        Some(near) => format!("did you mean {near}?"),
        None => "`audit policy list` names them".to_owned(),
    })
}

/// The name nearest to `given`, if one is near enough to be a slip.
/// Else the shortest that begins or ends with it.
pub fn nearest<'a>(given: &str, names: impl IntoIterator<Item = &'a String>) -> Option<&'a str> {
    let most = (given.chars().count() / 3).max(1);
    let is_part =
        |name: &str| given.len() >= 4 && (name.starts_with(given) || name.ends_with(given));
    names
        .into_iter()
        .map(|name| (distance(given, name), name.as_str()))
        .filter(|(distance, name)| *distance <= most || is_part(name))
        .min()
        .map(|(_, name)| name)
}

/// Levenshtein's edit distance.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, c) in one.chars().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        for (column, d) in other.iter().enumerate() {
            let above = row.get(column + 1).copied().unwrap_or(usize::MAX);
            let cost = diagonal + usize::from(c != *d);
            let best = cost.min(above + 1).min(left + 1);
            if let Some(cell) = row.get_mut(column) {
                *cell = left;
            }
            diagonal = above;
            left = best;
        }
        if let Some(last) = row.last_mut() {
            *last = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let names = ["rds-private".to_owned(), "rds-tls".to_owned()];
        assert_eq!(nearest("rds-privat", &names), Some("rds-private"));
        assert_eq!(nearest("kubernetes", &names), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
