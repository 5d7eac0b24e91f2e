//! Moving a branch of a remote to a commit, if it is still where it is expected.

use std::path::Path;

use crate::{
    error::{Error, Result},
    ls_remote::ls_remote,
    options::GitOptions,
    push_fault::{Answer, PushFault, Settled, settle},
    revision::Revision,
    run_git::Git,
    url::RepoUrl,
};

/// What became of a push that nobody refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Push {
    /// The branch is at the commit.
    Done,
    /// Somebody else has moved the branch meanwhile. Nothing was changed.
    Moved {
        /// Where the branch is now.
        tip: Revision,
    },
}

/// Moves `branch` of the remote from exactly `expected` to `commit`, whose parent that must be. A push that broke off is
/// looked up, so that the result is true also if the answer got lost.
pub(crate) fn push(
    git_dir: &Path,
    url: &RepoUrl,
    options: &GitOptions,
    branch: &str,
    expected: &Revision,
    commit: &Revision,
) -> Result<Push> {
    let full = format!("refs/heads/{branch}");
    let action = "Pushing to";
    let git = Git::in_repository(options, git_dir).for_remote(url)?;
    let finished = git
        .args(["push", "--porcelain", "--no-progress", "--no-follow-tags", "--no-recurse-submodules"])
        // No force: the commit is the child of what is expected. It keeps git from pushing to a branch that was set
        // back meanwhile, which would bring its dropped commits again.
        .args([format!("--force-with-lease={full}:{expected}")])
        .args(["--", url.plain(), &format!("{commit}:{full}")])
        .finish(action)?;
    let answer = Answer::of(finished.status.success(), &String::from_utf8_lossy(&finished.stdout), &finished.stderr);
    let settled = match &answer {
        Answer::Accepted => return Ok(Push::Done),
        open if open.is_open() => {
            // Where the branch is tells more than why the push has failed.
            match ls_remote(url, options) {
                Ok(refs) => settle(refs.branch(branch), expected, commit),
                Err(error) if matches!(answer, Answer::Stale) => return Err(error),
                Err(_) => Settled::Refused(PushFault::Other),
            }
        }
        Answer::Refused(fault, _) => Settled::Refused(*fault),
        _ => Settled::Refused(PushFault::Other),
    };
    match (settled, answer) {
        (Settled::Done, _) => Ok(Push::Done),
        (Settled::Moved(tip), _) => Ok(Push::Moved { tip }),
        (_, Answer::Unknown(fault) | Answer::Unreached(fault)) => {
            Err(Error::Remote { action: action.to_owned(), url: url.to_string(), fault, said: finished.said })
        }
        (Settled::Refused(fault), answer) => {
            let said = match answer {
                Answer::Refused(_, said) => said,
                _ => String::new(),
            };
            Err(Error::Push { branch: branch.to_owned(), url: url.to_string(), fault, said: url.mask(&said) })
        }
    }
}
