//! What a revert commit says.

use crate::revision::Commit;

/// The message of a commit that undoes `undone` (newest first): as `git revert` writes it for one commit, and a list of
/// the subjects followed by git's own sentence for each if there are several. `trailers` come last.
pub(crate) fn revert_message(undone: &[Commit], trailers: &[(String, String)]) -> String {
    let mut message = match undone {
        [one] => headline(one),
        [newest, older @ ..] => {
            let more =
                if older.len() == 1 { "1 more commit".to_owned() } else { format!("{} more commits", older.len()) };
            let subjects: String = undone.iter().map(|commit| format!("- {}\n", subject(commit))).collect();
            format!("{} and {more}\n\n{}", headline(newest), subjects.trim_end())
        }
        [] => String::new(),
    };
    message.push_str("\n\n");
    for commit in undone {
        message.push_str(&format!("This reverts commit {}", commit.id));
        // The side that stays is the branch's own, hence the first parent, as with `git revert -m 1`.
        if let [first, _, ..] = commit.parents.as_slice() {
            message.push_str(&format!(", reversing\nchanges made to {first}"));
        }
        message.push_str(".\n");
    }
    let mut trailers = trailers.iter().peekable();
    if trailers.peek().is_some() {
        message.push('\n');
    }
    for (key, value) in trailers {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        message.push_str(&format!("{key}: {value}\n"));
    }
    message
}

/// A revert of a revert brings something back, and is called so. Nested deeper, the words only pile up.
fn headline(commit: &Commit) -> String {
    let subject = subject(commit);
    match subject.strip_prefix("Revert \"") {
        Some(reverted) if !reverted.starts_with("Revert \"") => format!("Reapply \"{reverted}"),
        _ => format!("Revert \"{subject}\""),
    }
}

/// Git takes the first line, not the first paragraph.
fn subject(commit: &Commit) -> &str {
    commit.message.trim_start_matches('\n').lines().next().unwrap_or_default().trim_end()
}

#[cfg(test)]
mod tests {
    use super::revert_message;
    use crate::revision::{Commit, Revision, Signature};

    fn commit(digit: char, message: &str, parents: &[char]) -> Commit {
        let id = |digit: char| Revision::parse(&digit.to_string().repeat(40)).unwrap();
        let nobody = Signature { name: String::new(), email: String::new(), time: Default::default() };
        Commit {
            id: id(digit),
            author: nobody.clone(),
            committer: nobody,
            subject: String::new(),
            message: message.to_owned(),
            parents: parents.iter().map(|digit| id(*digit)).collect(),
        }
    }

    #[test]
    fn headlines_are_those_of_git() {
        for (subject, headline) in [
            ("Scale web", "Revert \"Scale web\""),
            ("Say \"hello\"", "Revert \"Say \"hello\"\""),
            ("Revert \"Scale web\"", "Reapply \"Scale web\""),
            ("Revert \"Scale web\" and 2 more commits", "Reapply \"Scale web\" and 2 more commits"),
            ("Reapply \"Scale web\"", "Revert \"Reapply \"Scale web\"\""),
            ("Revert \"Revert \"Scale web\"\"", "Revert \"Revert \"Revert \"Scale web\"\"\""),
            ("First line\nsecond line\n\nWhy.", "Revert \"First line\""),
        ] {
            let message = revert_message(&[commit('a', subject, &['b'])], &[]);
            assert_eq!(message, format!("{headline}\n\nThis reverts commit {}.\n", "a".repeat(40)));
        }
    }

    #[test]
    fn several_commits_are_listed() {
        let undone = [commit('c', "Merge", &['b', 'f']), commit('b', "Two\n", &['a']), commit('a', "One\n", &['0'])];
        let trailers = [("Environment".to_owned(), "dog\nfood".to_owned())];
        let [a, b, c] = ['a', 'b', 'c'].map(|digit| digit.to_string().repeat(40));
        assert_eq!(
            revert_message(&undone, &trailers),
            format!(
                "Revert \"Merge\" and 2 more commits\n\n- Merge\n- Two\n- One\n\nThis reverts commit {c}, reversing\nchanges made to {b}.\n\
                 This reverts commit {b}.\nThis reverts commit {a}.\n\nEnvironment: dog food\n"
            )
        );
    }
}
