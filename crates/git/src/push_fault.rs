//! Why a remote did not take a commit, told from what git and the forge say.

use std::fmt;

use crate::{remote_fault::RemoteFault, revision::Revision};

/// Why a remote did not take a commit. Nothing has changed there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PushFault {
    /// The forge protects the branch from being pushed to.
    Protected,
    /// A hook of the server said no.
    Declined,
    /// The user is known, and may not write.
    NotPermitted,
    /// The repository is archived, a mirror, or closed to everybody.
    ReadOnly,
    /// The remote has no such branch, or no longer.
    NoSuchBranch,
    /// The remote is a clone with a work tree that has the branch checked out.
    CheckedOut,
    /// The branch moved each time.
    KeepsMoving,
    /// Anything else.
    Other,
}

/// What a run of `git push` has told by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The branch was moved.
    Accepted,
    /// The branch was not where it was expected, or somebody moved it in that very moment.
    Stale,
    /// The remote refused; these are its own words.
    Refused(PushFault, String),
    /// No answer came, so the commit may have arrived or not.
    Unknown(RemoteFault),
    /// The remote could not be talked to.
    Unreached(RemoteFault),
}

/// What becomes of an answer once it is known where the branch is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Settled {
    Done,
    Moved(Revision),
    Refused(PushFault),
}

/// The first fitting sign decides, in lower case. They are looked for in the forge's words before git's.
const SIGNS: &[(PushFault, &[&str])] = &[
    (
        PushFault::ReadOnly,
        &["archived", "read-only mode", "repository is read only", "mirror repository", "is a mirror"],
    ),
    (
        PushFault::Protected,
        &[
            "protected branch",
            "is protected",
            "repository rule violations",
            "branch permission",
            "only be modified through pull requests",
            "pushes to this branch are not permitted",
        ],
    ),
    (
        PushFault::NotPermitted,
        &[
            "not authorized to write",
            "not allowed to push code",
            "not allowed to upload code",
            "denied for writing",
            "denied to",
            "does not have write access",
            "marked as read only",
            "write access to repository not granted",
            "permission to write",
            "prohibited by gerrit",
            "you need the git 'genericcontribute' permission",
            "returned error: 403",
        ],
    ),
    (PushFault::CheckedOut, &["branch is currently checked out", "refusing to update checked out branch"]),
    (PushFault::Declined, &["hook declined", "pre-receive"]),
];

/// What git says of a branch that somebody else has locked or moved in this very moment.
const LOST: &[&str] = &["failed to update ref", "cannot lock ref", "incorrect old value", "reference already exists"];

impl Answer {
    /// Reads what `git push --porcelain` wrote.
    pub fn of(success: bool, stdout: &str, stderr: &str) -> Self {
        if success {
            return Self::Accepted;
        }
        // `! TAB from:to TAB [remote rejected] (reason)`, if the branch was talked about at all.
        let Some(refusal) = stdout.lines().find_map(|line| line.strip_prefix("!\t")) else {
            return Self::at_the_door(stderr);
        };
        let reason = refusal.rsplit('\t').next().unwrap_or_default();
        let forge = words(stderr, true);
        let is_lost = LOST.iter().any(|sign| reason.contains(sign));
        match fault_in(&forge).or_else(|| fault_in(reason)) {
            // Git itself has compared, and sent nothing.
            _ if reason.starts_with("[rejected]") => Self::Stale,
            None if is_lost => Self::Stale,
            fault => {
                let git = reason.trim_start_matches("[remote rejected]").trim();
                Self::Refused(fault.unwrap_or(PushFault::Other), if forge.is_empty() { git.to_owned() } else { forge })
            }
        }
    }

    /// Refused before it came to the branch, or the way there is broken. Over ssh the forge's words are not marked then.
    fn at_the_door(stderr: &str) -> Self {
        match (fault_in(stderr), RemoteFault::of(stderr)) {
            // Some forges would make a repository that is not there, but not for everybody.
            _ if stderr.contains("Push to create is not enabled") => Self::Unreached(RemoteFault::NotFound),
            (Some(fault @ (PushFault::NotPermitted | PushFault::ReadOnly | PushFault::Protected)), _) => {
                let forge = words(stderr, true);
                Self::Refused(fault, if forge.is_empty() { words(stderr, false) } else { forge })
            }
            (_, fault @ (RemoteFault::Interrupted | RemoteFault::Other)) => Self::Unknown(fault),
            (_, fault) => Self::Unreached(fault),
        }
    }

    /// True if only the remote itself can tell what has become of the branch.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Stale | Self::Unknown(_) | Self::Refused(PushFault::Other, _))
    }
}

/// Decides from where the branch is now (`None`: it is not there), and where it was expected to be.
pub(crate) fn settle(now: Option<&Revision>, expected: &Revision, pushed: &Revision) -> Settled {
    match now {
        None => Settled::Refused(PushFault::NoSuchBranch),
        Some(now) if now == pushed => Settled::Done,
        Some(now) if now != expected => Settled::Moved(now.clone()),
        Some(_) => Settled::Refused(PushFault::Other),
    }
}

fn fault_in(text: &str) -> Option<PushFault> {
    let text = text.to_lowercase();
    SIGNS.iter().find(|(_, signs)| signs.iter().any(|sign| text.contains(sign))).map(|(fault, _)| *fault)
}

/// The lines that say something, joined; if `marked`, only those of the forge, which git marks with `remote:`.
fn words(stderr: &str, marked: bool) -> String {
    let noise =
        ["Could not read from remote", "Please make sure you have", "and the repository exists", "Warning: Perm"];
    let mut kept: Vec<&str> = Vec::new();
    for line in stderr.split(['\n', '\r']).map(str::trim) {
        let Some(line) = line.strip_prefix("remote:").or((!marked).then_some(line)) else { continue };
        let line =
            ["error:", "ERROR:", "fatal:"].iter().fold(line.trim(), |line, mark| line.trim_start_matches(mark).trim());
        let is_text = line.chars().any(char::is_alphanumeric) && !noise.iter().any(|noise| line.starts_with(noise));
        if is_text && !kept.contains(&line) {
            kept.push(line);
        }
    }
    kept[kept.len().saturating_sub(8)..].join("; ")
}

impl PushFault {
    /// What to do next: a sentence without a final full stop.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::Protected => {
                "Revert by a pull request, or let the user that Landfall pushes as push to the branch, in the forge's settings for protected branches"
            }
            Self::Declined => "Do what the server's hook asks for, or ask whoever keeps it",
            Self::NotPermitted => {
                "Give the user, token or deploy key that Landfall pushes with the right to write, or use another one"
            }
            Self::ReadOnly => "Open the repository for writing in the forge's settings, or deploy from another one",
            Self::NoSuchBranch => "Check the name of the environment's branch; Landfall never makes a branch",
            Self::CheckedOut => {
                "Name that clone itself as the repository, or check out another branch there, or push to a bare repository"
            }
            Self::KeepsMoving => "Try again when fewer people push",
            Self::Other => "Try the same with `git push` from a clone",
        }
    }
}

impl fmt::Display for PushFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Protected => "the branch is protected",
            Self::Declined => "a hook of the server declined it",
            Self::NotPermitted => "the credentials do not allow writing to the repository",
            Self::ReadOnly => "the repository is read-only",
            Self::NoSuchBranch => "the remote has no such branch",
            Self::CheckedOut => "the branch is checked out in the repository's own work tree",
            Self::KeepsMoving => "others have moved the branch each time",
            Self::Other => "the server refused it",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, PushFault, Settled, settle};
    use crate::{remote_fault::RemoteFault, revision::Revision};

    #[test]
    fn answers_of_forges_are_told_apart() {
        let refused = |fault, words: &str| Answer::Refused(fault, words.to_owned());
        let line = |reason: &str| format!("To https://host/x\n!\tabc:refs/heads/main\t{reason}\nDone\n");
        let hook = line("[remote rejected] (pre-receive hook declined)");
        let nothing = String::new();
        for (stdout, stderr, expected) in [
            (line("[rejected] (stale info)"), "error: failed to push some refs", Answer::Stale),
            (line("[rejected] (fetch first)"), "", Answer::Stale),
            (
                line("[remote rejected] (failed to update ref)"),
                "remote: error: cannot lock ref 'x': is at 1 but expected 2",
                Answer::Stale,
            ),
            (
                hook.clone(),
                "remote: error: GH006: Protected branch update failed for refs/heads/main.        \nremote: error: Changes must be made through a pull request.        \n",
                refused(
                    PushFault::Protected,
                    "GH006: Protected branch update failed for refs/heads/main.; Changes must be made through a pull request.",
                ),
            ),
            (
                hook.clone(),
                "remote: GitLab: You are not allowed to push code to protected branches on this project.",
                refused(
                    PushFault::Protected,
                    "GitLab: You are not allowed to push code to protected branches on this project.",
                ),
            ),
            (
                hook.clone(),
                "remote: \nremote: error:\nremote: error: User permission denied for writing.\n",
                refused(PushFault::NotPermitted, "User permission denied for writing."),
            ),
            (hook.clone(), "remote: No ticket.", refused(PushFault::Declined, "No ticket.")),
            (hook, "", refused(PushFault::Declined, "(pre-receive hook declined)")),
            (
                line("[remote rejected] (branch is currently checked out)"),
                "remote: error: refusing to update checked out branch: refs/heads/main",
                refused(PushFault::CheckedOut, "refusing to update checked out branch: refs/heads/main"),
            ),
            (line("[remote rejected] (unpacker error)"), "", refused(PushFault::Other, "(unpacker error)")),
            (
                nothing.clone(),
                "remote: Permission to a/b.git denied to ada.\nfatal: unable to access 'https://host/x/': The requested URL returned error: 403",
                refused(PushFault::NotPermitted, "Permission to a/b.git denied to ada."),
            ),
            (
                nothing.clone(),
                "ERROR: The key you are authenticating with has been marked as read only.\nfatal: Could not read from remote repository.\n",
                refused(PushFault::NotPermitted, "The key you are authenticating with has been marked as read only."),
            ),
            (
                nothing.clone(),
                "ada@host: Permission denied (publickey).\nfatal: Could not read from remote repository.",
                Answer::Unreached(RemoteFault::AuthRefused),
            ),
            (
                nothing.clone(),
                "fatal: unable to access 'x': Could not resolve host: host",
                Answer::Unreached(RemoteFault::Unreachable),
            ),
            (nothing, "fatal: the remote end hung up unexpectedly", Answer::Unknown(RemoteFault::Interrupted)),
        ] {
            assert_eq!(Answer::of(false, &stdout, stderr), expected, "{stdout}{stderr}");
        }
    }

    #[test]
    fn where_the_branch_is_decides() {
        let [old, ours, theirs] = ["1", "2", "3"].map(|digit| Revision::parse(&digit.repeat(40)).unwrap());
        assert_eq!(settle(None, &old, &ours), Settled::Refused(PushFault::NoSuchBranch));
        assert_eq!(settle(Some(&ours), &old, &ours), Settled::Done);
        assert_eq!(settle(Some(&theirs), &old, &ours), Settled::Moved(theirs.clone()));
        assert_eq!(settle(Some(&old), &old, &ours), Settled::Refused(PushFault::Other));
    }
}
