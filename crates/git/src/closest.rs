//! Which names are close to one that was mistyped.

/// Up to three of `names` that resemble `wanted`, best first.
pub(crate) fn closest(wanted: &str, names: impl IntoIterator<Item = String>) -> Vec<String> {
    let wanted_lower = wanted.to_lowercase();
    let allowed = (wanted.chars().count() / 3).clamp(1, 4);
    let mut scored: Vec<(usize, String)> = names
        .into_iter()
        .filter_map(|name| {
            let lower = name.to_lowercase();
            // `origin/feature` is what someone means who writes `feature`.
            let last = lower.rsplit('/').next().unwrap_or_default();
            let part_of = wanted_lower.len() > 2 && lower.contains(&wanted_lower);
            let score = if lower == wanted_lower || last == wanted_lower {
                0
            } else {
                distance(&wanted_lower, &lower).min(distance(&wanted_lower, last).saturating_add(1))
            };
            (score <= allowed || part_of).then_some((score, name))
        })
        .collect();
    scored.sort();
    scored.truncate(3);
    scored.into_iter().map(|(_, name)| name).collect()
}

/// Levenshtein's distance, where two neighbours changing places count once.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (mut before, mut last): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..=b.len()).collect());
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_slip_finds_its_name() {
        let names = || ["main", "release", "v1.2.0", "v1.2.1", "origin/feature"].map(str::to_owned);
        assert_eq!(closest("mian", names()), ["main"]);
        assert_eq!(closest("feature", names()), ["origin/feature"]);
        assert_eq!(closest("v1.2", names()), ["v1.2.0", "v1.2.1"]);
        assert_eq!(closest("zebra", names()), Vec::<String>::new());
    }
}
