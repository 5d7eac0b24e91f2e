//! Finding the key that was meant.

/// The candidate that is a likely misspelling of a word: other case, or at most two letters off.
pub fn misspelling<'keys>(word: &str, candidates: impl Iterator<Item = &'keys str>) -> Option<&'keys str> {
    candidates
        .filter(|candidate| *candidate != word)
        .map(|candidate| (distance(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        // A short word has too many neighbours.
        .filter(|(distance, _)| *distance <= if word.len() > 4 { 2 } else { 1 })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The number of letters to insert, delete, replace or swap with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 2 {
        return usize::MAX;
    }
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_that_was_meant_is_found() {
        for (word, key, expected) in [
            ("apiVersion", "piVersion", true),
            ("apiVersion", "apiversion", true),
            ("kind", "Kind", true),
            ("kind", "knid", true),
            ("kind", "data", false),
            ("metadata", "metdata", true),
            ("metadata", "data", false),
        ] {
            assert_eq!(misspelling(word, [key].into_iter()).is_some(), expected, "{key}");
        }
    }
}
