//! What someone may have meant.

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

/// Whether a name in capital-letter words (`StorageEncripted`) is near enough to
/// another to be a slip of it. A word more or less, a plural or another word
/// makes another name: `MaxCapacity` is no slip of `MinCapacity`.
pub fn is_slip(given: &str, name: &str) -> bool {
    if given.eq_ignore_ascii_case(name) {
        return given != name;
    }
    let (ours, theirs) = (words(given), words(name));
    ours.len() == theirs.len()
        && ours.iter().zip(&theirs).all(|(one, other)| one == other || is_slip_of_word(one, other))
}

fn is_slip_of_word(one: &str, other: &str) -> bool {
    let is_plural = |one: &str, many: &str| {
        many.strip_prefix(one).is_some_and(|ending| ["s", "es"].contains(&ending))
    };
    if is_plural(one, other) || is_plural(other, one) {
        return false;
    }
    let letters = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    let most = (one.len().max(other.len()) / 4).max(1);
    let distance = distance(one, other);
    distance <= most || (distance == 2 && letters(one) == letters(other))
}

/// The words of a name, each begun by a capital letter after a small one.
fn words(name: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut after_small = false;
    for (index, letter) in name.char_indices() {
        if letter.is_uppercase() && after_small {
            found.extend(name.get(start..index));
            start = index;
        }
        after_small = !letter.is_uppercase();
    }
    found.extend(name.get(start..));
    found
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

    #[test]
    fn slips_in_words_are_recognised_and_other_words_are_not() {
        for given in ["StorageEncripted", "Storageencrypted", "StorageEncrypte", "StorageEncyrpted"]
        {
            assert!(is_slip(given, "StorageEncrypted"), "{given}");
        }
        assert!(is_slip("MapPublicIpOnLaunhc", "MapPublicIpOnLaunch"));
        for (given, name) in [
            ("MaxCapacity", "MinCapacity"),
            ("AvailabilityZoneId", "AvailabilityZone"),
            ("PrivateIpAddresses", "PrivateIpAddress"),
            ("SecurityGroupIds", "SecurityGroups"),
            ("StorageEncrypted", "StorageEncrypted"),
        ] {
            assert!(!is_slip(given, name), "{given}");
        }
    }
}
