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

/// The first fitting sign decides. They are looked for in the forge's words first.
const SIGNS: &[(PushFault, &[&str])] = &[
    (PushFault::ReadOnly, &["archived", "read-only mode", "is read only", "mirror repository", "is a mirror"]),
    (
        PushFault::NotPermitted,
        &[
            "not authorized to write",
            "not allowed to push code",
            "denied to",
            "does not have write access",
            "marked as read only",
            "not allowed to upload code",
            "Write access to repository not granted",
            "permission to write",
            "403",
        ],
    ),
    (
        PushFault::Protected,
        &[
            "protected branch",
            "Protected branch",
            "branch is protected",
            "repository rule violations",
            "branch permission",
        ],
    ),
    (PushFault::CheckedOut, &["branch is currently checked out", "refusing to update checked out branch"]),
    (PushFault::Declined, &["hook declined", "pre-receive", "hook "]),
];

impl Answer {
    /// Reads what `git push --porcelain` wrote.
    pub fn of(success: bool, stdout: &str, stderr: &str) -> Self {
        if success {
            return Self::Accepted;
        }
        let forge = forge_words(stderr);
        let refusal = stdout.lines().find_map(|line| line.strip_prefix("!\t")).unwrap_or_default();
        let reason = refusal.rsplit('\t').next().unwrap_or_default();
        let sign = |text: &str| {
            SIGNS.iter().find(|(_, signs)| signs.iter().any(|sign| text.contains(sign))).map(|(fault, _)| *fault)
        };
        if reason.starts_with("[rejected]") {
            return Self::Stale;
        }
        if reason.starts_with("[remote rejected]") {
            return match sign(&forge).or_else(|| sign(reason)) {
                Some(fault) => Self::Refused(fault, words(&forge, reason)),
                // Somebody else held the branch's lock, or was faster.
                None if ["failed to update ref", "cannot lock ref", "incorrect old value", "already exists"]
                    .iter()
                    .any(|sign| reason.contains(sign)) =>
                {
                    Self::Stale
                }
                None => Self::Refused(PushFault::Other, words(&forge, reason)),
            };
        }
        // Without any answer about the branch: it was refused at the door, or the way there is broken.
        match RemoteFault::of(stderr) {
            RemoteFault::AuthRefused if stderr.contains("returned error: 403") => {
                Self::Refused(sign(&forge).unwrap_or(PushFault::NotPermitted), words(&forge, "the server answered 403"))
            }
            fault @ (RemoteFault::Interrupted | RemoteFault::Other) => match sign(&forge) {
                Some(PushFault::Declined) | None => Self::Unknown(fault),
                Some(refused) => Self::Refused(refused, forge),
            },
            fault => match sign(&forge) {
                Some(refused @ (PushFault::NotPermitted | PushFault::ReadOnly)) => Self::Refused(refused, forge),
                _ => Self::Unreached(fault),
            },
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

/// The lines of the forge itself, joined: those that git marks with `remote:`.
pub(crate) fn forge_words(stderr: &str) -> String {
    let lines = stderr.split(['\n', '\r']).filter_map(|line| line.trim().strip_prefix("remote:"));
    let is_text = |line: &&str| line.chars().any(char::is_alphanumeric);
    let lines: Vec<&str> = lines.map(str::trim).filter(is_text).collect();
    lines[lines.len().saturating_sub(8)..].join("; ")
}

/// Git's own reason stands in for a forge that gives none.
fn words(forge: &str, reason: &str) -> String {
    if forge.is_empty() { reason.trim_start_matches("[remote rejected]").trim().to_owned() } else { forge.to_owned() }
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
            Self::NotPermitted => "the credentials may read the repository but not write to it",
            Self::ReadOnly => "the repository is read-only",
            Self::NoSuchBranch => "the remote has no such branch",
            Self::CheckedOut => "the branch is checked out in the repository's own work tree",
            Self::KeepsMoving => "others have moved the branch each time",
            Self::Other => "the server refused it",
        })
    }
}
