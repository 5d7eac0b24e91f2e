//! Where things are shown: a commit on its forge, an object on a page of its own.

use landfall_core::object::ObjectId;

/// The address of a commit, if the repository's address lets one tell it: `https://host/team/shop.git`,
/// `ssh://git@host/team/shop`, `git@host:team/shop.git`.
///
/// GitHub, Gitea, Forgejo and GitLab answer at `/commit/ID`, Bitbucket at `/commits/ID`.
pub(crate) fn commit(repository: &str, revision: &str) -> Option<String> {
    let (host, path) = place(repository)?;
    if !is_plain(revision) {
        return None;
    }
    let commit = if host.contains("bitbucket") { "commits" } else { "commit" };
    Some(format!("https://{host}/{path}/{commit}/{revision}"))
}

/// The host of a repository's forge, and its path there: `host` and `team/shop`.
pub(crate) fn place(repository: &str) -> Option<(String, String)> {
    let rest = match repository.split_once("://") {
        Some(("https" | "http", rest)) => rest,
        Some(("ssh" | "git+ssh", rest)) => rest,
        Some(_) => return None,
        None => {
            let (host, path) = repository.split_once(':').filter(|(host, _)| host.contains('@'))?;
            return plain(host, path);
        }
    };
    let (host, path) = rest.split_once('/')?;
    let is_ssh = repository.contains("ssh://");
    // The port of ssh is not that of the web pages.
    let host = if is_ssh { host.split(':').next().unwrap_or(host) } else { host };
    plain(host, path)
}

/// The page of an object. Its names stand in the query, where whatever they hold is harmless.
pub(crate) fn object(environment: &str, id: &ObjectId) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("environment", environment);
    let parts = [
        ("group", id.group.as_str()),
        ("kind", &id.kind),
        ("namespace", id.namespace.as_deref().unwrap_or_default()),
        ("name", &id.name),
    ];
    parts.iter().filter(|(_, value)| !value.is_empty()).for_each(|(name, value)| {
        query.append_pair(name, value);
    });
    format!("/object?{}", query.finish())
}

fn plain(host: &str, path: &str) -> Option<(String, String)> {
    let host = host.rsplit('@').next().unwrap_or(host);
    let path = path.trim_matches('/').trim_end_matches(".git");
    let is_usable = !host.is_empty() && !path.is_empty() && is_plain(host) && is_plain(path);
    is_usable.then(|| (host.to_owned(), path.to_owned()))
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'/' | b':' | b'~'))
}

#[cfg(test)]
mod tests {
    use super::commit;

    #[test]
    fn forges_show_commits() {
        for (repository, expected) in [
            ("https://github.com/team/shop.git", Some("https://github.com/team/shop/commit/4f9d1c2")),
            ("https://***@git.example.com/team/shop", Some("https://git.example.com/team/shop/commit/4f9d1c2")),
            ("https://git.example.com:3000/team/shop", Some("https://git.example.com:3000/team/shop/commit/4f9d1c2")),
            ("git@gitlab.com:group/sub/shop.git", Some("https://gitlab.com/group/sub/shop/commit/4f9d1c2")),
            ("ssh://git@host:2222/team/shop.git", Some("https://host/team/shop/commit/4f9d1c2")),
            ("https://bitbucket.org/team/shop.git", Some("https://bitbucket.org/team/shop/commits/4f9d1c2")),
            ("/srv/git/shop.git", None),
            ("file:///srv/git/shop.git", None),
            ("https://host/a\"onclick=\"x", None),
            ("javascript://host/x", None),
        ] {
            assert_eq!(commit(repository, "4f9d1c2").as_deref(), expected, "{repository}");
        }
    }
}
