//! What a remote has, without fetching it.

use std::collections::BTreeMap;

use crate::{
    error::{Error, Result},
    options::GitOptions,
    remote_fault::RemoteFault,
    revision::Revision,
    run_git::Git,
    url::RepoUrl,
};

/// The branches and tags of a remote at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RemoteRefs {
    /// The full name of the default branch, such as `refs/heads/main`; `None` if the remote does not tell.
    pub head: Option<String>,
    /// Every branch and tag by its full name.
    pub refs: BTreeMap<String, RemoteRef>,
}

/// A branch or tag of a remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteRef {
    /// What it points to: of an annotated tag, the tag object.
    pub id: Revision,
    /// The commit of an annotated tag.
    pub peeled: Option<Revision>,
}

impl RemoteRefs {
    /// The tip of a branch, by its short name.
    pub fn branch(&self, name: &str) -> Option<&Revision> {
        self.refs.get(&format!("refs/heads/{name}")).map(|reference| &reference.id)
    }
}

/// Asks a remote for its branches, tags and default branch.
pub(crate) fn ls_remote(url: &RepoUrl, options: &GitOptions) -> Result<RemoteRefs> {
    let git = Git::anywhere(options).for_remote(url)?;
    let git = git.args(["ls-remote", "--symref", "--", url.plain(), "HEAD", "refs/heads/*", "refs/tags/*"]);
    let action = "Listing the branches of";
    let text = git.talk(action)?.stdout;
    parse(&String::from_utf8_lossy(&text)).ok_or_else(|| Error::Remote {
        action: action.to_owned(),
        url: url.to_string(),
        fault: RemoteFault::Other,
        said: "the answer cannot be read".to_owned(),
    })
}

/// Lines of `id TAB name`, `id TAB name^{}` for the commit of a tag, and `ref: target TAB HEAD`.
fn parse(text: &str) -> Option<RemoteRefs> {
    let mut found = RemoteRefs::default();
    for line in text.lines() {
        let (what, name) = line.split_once('\t')?;
        if let Some(target) = what.strip_prefix("ref: ") {
            if name == "HEAD" && target.starts_with("refs/heads/") {
                found.head = Some(target.to_owned());
            }
            continue;
        }
        // The patterns also fit the ends of other names, such as refs/remotes/origin/HEAD.
        if !name.starts_with("refs/heads/") && !name.starts_with("refs/tags/") {
            continue;
        }
        let id = Revision::parse(what).ok()?;
        match name.strip_suffix("^{}") {
            Some(tag) => found.refs.get_mut(tag)?.peeled = Some(id),
            None => {
                found.refs.insert(name.to_owned(), RemoteRef { id, peeled: None });
            }
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn an_answer_is_read() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let text = format!(
            "ref: refs/heads/main\tHEAD\n{a}\tHEAD\n{a}\trefs/heads/main\n{b}\trefs/tags/v1\n{a}\trefs/tags/v1^{{}}\n{b}\trefs/remotes/origin/HEAD\n"
        );
        let found = parse(&text).unwrap();
        assert_eq!(found.head.as_deref(), Some("refs/heads/main"));
        assert_eq!(found.refs.keys().collect::<Vec<_>>(), ["refs/heads/main", "refs/tags/v1"]);
        assert_eq!(found.refs["refs/tags/v1"].peeled.as_ref().unwrap().as_str(), a);
        assert_eq!(found.branch("main").unwrap().as_str(), a);
    }

    #[test]
    fn an_answer_that_is_none_is_refused() {
        assert!(parse("Welcome to the login page").is_none());
    }
}
