//! The address of a repository, with its credentials kept out of everything that is shown or stored.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// The address of a repository: `https://`, `http://`, `ssh://`, `git://`, `file://`, `user@host:path`, or an absolute path.
///
/// [`Display`](fmt::Display) and [`Debug`](fmt::Debug) never show credentials: `https://***@host/path`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RepoUrl {
    /// What git gets on its command line. Holds no password, since every user of the machine can read that.
    plain: String,
    /// What people see.
    shown: String,
    /// What git gets through a credential helper, decoded.
    login: Option<Login>,
    /// Texts that no message may contain, longest first.
    secrets: Vec<String>,
}

/// The user and the password that stood in a URL.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Login {
    pub user: String,
    pub password: String,
    /// `https://host:port`: the only place that may ask for them.
    pub origin: String,
}

impl RepoUrl {
    /// Reads an address as git would.
    ///
    /// # Errors
    ///
    /// The address is empty, a relative path, has control characters, or a scheme that git would run a program for.
    pub fn parse(text: &str) -> Result<Self> {
        let refuse =
            |why: &str, hint: &str| Error::Url { shown: shown_when_refused(text), why: why.into(), hint: hint.into() };
        if text.is_empty() {
            return Err(refuse("it is empty", "Give the address that `git clone` would take"));
        }
        if text.chars().any(char::is_control) {
            return Err(refuse("it has control characters", "Give the address that `git clone` would take"));
        }
        if text.starts_with('-') {
            return Err(refuse("it begins with a dash", "Give the address that `git clone` would take"));
        }
        let schemes = "Use https, http, ssh, git, file, user@host:path, or an absolute path";
        if let Some((scheme, rest)) = text.split_once("://") {
            return match scheme.to_ascii_lowercase().as_str() {
                "https" | "http" => {
                    Self::http(text, scheme, rest).ok_or_else(|| refuse("its credentials are not valid", schemes))
                }
                "ssh" | "git+ssh" | "ssh+git" | "git" => Ok(Self::with_user(scheme, rest)),
                "file" => Ok(Self::open(text.to_owned())),
                _ => Err(refuse(&format!("`{scheme}` is not a scheme that Landfall reads from"), schemes)),
            };
        }
        if text.contains("::") && !text.contains('[') {
            return Err(refuse("it names a program to run", schemes));
        }
        if text.starts_with('/') {
            return Ok(Self::open(text.to_owned()));
        }
        match text.split_once(':') {
            Some((host, path)) if !host.is_empty() && !host.contains('/') && !path.is_empty() => {
                Ok(Self::open(text.to_owned()))
            }
            _ => Err(refuse("it is a relative path", "Give an absolute path or a URL")),
        }
    }

    /// The name of the folder that holds this repository's mirror: a readable part and a short hash, without credentials.
    pub fn folder_name(&self) -> String {
        let identity = self.plain.trim_end_matches('/');
        let readable = identity.split_once("://").map_or(identity, |(_, rest)| rest);
        // A user name is no secret in ssh, but may be a token in https.
        let readable =
            readable.split_once('@').map_or(readable, |(user, rest)| if user.contains('/') { readable } else { rest });
        let identity = match identity.split_once("://") {
            Some((scheme @ ("https" | "http"), _)) => format!("{scheme}://{readable}"),
            _ => identity.to_owned(),
        };
        let mut slug = String::new();
        for c in readable.strip_suffix(".git").unwrap_or(readable).chars() {
            match c {
                'a'..='z' | '0'..='9' | '.' | '_' => slug.push(c),
                'A'..='Z' => slug.push(c.to_ascii_lowercase()),
                _ if slug.ends_with('-') || slug.is_empty() => {}
                _ => slug.push('-'),
            }
        }
        // The end of a long path tells more than its beginning.
        let slug = slug.get(slug.len().saturating_sub(60)..).unwrap_or(&slug).trim_matches(['-', '.']);
        let hash: String = Sha256::digest(&identity).iter().take(5).map(|byte| format!("{byte:02x}")).collect();
        if slug.is_empty() { format!("{hash}.git") } else { format!("{slug}-{hash}.git") }
    }

    /// `text` with every secret of this address replaced by `***`.
    pub fn mask(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }

    /// What git may get on its command line.
    pub(crate) fn plain(&self) -> &str {
        &self.plain
    }

    /// What git gets when the server asks who is there.
    pub(crate) fn login(&self) -> Option<&Login> {
        self.login.as_ref()
    }

    /// An address that can hold no secret.
    fn open(text: String) -> Self {
        Self { shown: text.clone(), plain: text, login: None, secrets: Vec::new() }
    }

    /// `user@` stays, since ssh needs it; a password is of no use to ssh and goes.
    fn with_user(scheme: &str, rest: &str) -> Self {
        let (authority, path) = split_authority(rest);
        let Some((user_info, host)) = authority.rsplit_once('@') else {
            return Self::open(format!("{scheme}://{rest}"));
        };
        let (user, password) = user_info.split_once(':').map_or((user_info, ""), |(user, password)| (user, password));
        let mut url = Self::open(format!("{scheme}://{user}@{host}{path}"));
        if !password.is_empty() {
            url.shown = format!("{scheme}://{user}:***@{host}{path}");
            url.secrets = secrets([password.to_owned()]);
        }
        url
    }

    /// User and password leave the address; a user alone stays in it, so that git's own credential helpers find the
    /// password, and is hidden, since it may be a token.
    fn http(text: &str, scheme: &str, rest: &str) -> Option<Self> {
        let (authority, path) = split_authority(rest);
        let Some((user_info, host)) = authority.rsplit_once('@') else {
            return Some(Self::open(text.to_owned()));
        };
        let shown = format!("{scheme}://***@{host}{path}");
        let Some((user, password)) = user_info.split_once(':') else {
            return Some(Self { plain: text.to_owned(), shown, login: None, secrets: secrets([user_info.to_owned()]) });
        };
        let login = Login { user: decode(user)?, password: decode(password)?, origin: format!("{scheme}://{host}") };
        let secrets = secrets([user_info, user, password, &login.user, &login.password].map(str::to_owned));
        Some(Self { plain: format!("{scheme}://{host}{path}"), shown, login: Some(login), secrets })
    }
}

impl fmt::Display for RepoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for RepoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RepoUrl({})", self.shown)
    }
}

fn split_authority(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()))
}

/// Well-known user names would be struck out of innocent words, and are no secrets.
fn secrets<const N: usize>(candidates: [String; N]) -> Vec<String> {
    let harmless = ["", "git", "oauth2", "x-access-token", "x-oauth-basic", "x-token-auth"];
    let mut secrets: Vec<String> =
        candidates.into_iter().filter(|secret| !harmless.contains(&secret.as_str())).collect();
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.dedup();
    secrets
}

/// Percent-decoding; `None` for what a credential helper cannot hand over.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = tail.get(2..)?;
    }
    String::from_utf8(bytes).ok().filter(|decoded| !decoded.chars().any(char::is_control))
}

/// An address that is refused has not been understood, so anything before an `@` may be a secret.
fn shown_when_refused(text: &str) -> String {
    let shown = text.rsplit_once('@').map_or_else(|| text.to_owned(), |(_, rest)| format!("***@{rest}"));
    shown.replace(char::is_control, "?")
}

#[cfg(test)]
mod tests {
    use super::RepoUrl;

    fn parse(text: &str) -> RepoUrl {
        RepoUrl::parse(text).unwrap()
    }

    #[test]
    fn credentials_are_never_shown() {
        for (given, shown, plain) in [
            ("https://host/a.git", "https://host/a.git", "https://host/a.git"),
            ("https://bob:s3cret@host:8443/a", "https://***@host:8443/a", "https://host:8443/a"),
            ("https://ghp_token@host/a", "https://***@host/a", "https://ghp_token@host/a"),
            ("ssh://git:pw@host:22/a", "ssh://git:***@host:22/a", "ssh://git@host:22/a"),
            ("git@host:team/a.git", "git@host:team/a.git", "git@host:team/a.git"),
            ("https://bob:p@ss@host/a", "https://***@host/a", "https://host/a"),
        ] {
            let url = parse(given);
            assert_eq!((url.to_string().as_str(), url.plain()), (shown, plain));
            assert_eq!(format!("{url:?}"), format!("RepoUrl({shown})"));
        }
    }

    #[test]
    fn messages_are_masked_in_every_spelling() {
        let url = parse("https://bob:p%40ss@host/a");
        assert_eq!(url.mask("denied p%40ss and p@ss for bob"), "denied *** and *** for ***");
        assert_eq!(url.login().unwrap().password, "p@ss");
    }

    #[test]
    fn folders_are_readable_and_differ() {
        let name = |text| parse(text).folder_name();
        assert!(name("https://bob:s3cret@Host/Team/deploy.git").starts_with("host-team-deploy-"));
        assert_eq!(name("https://bob:s3cret@host/a"), name("https://host/a/"));
        assert_eq!(name("https://token@host/a"), name("https://host/a"));
        assert_ne!(name("https://host/a"), name("ssh://host/a"));
        assert!(!name("https://token@host/a").contains("token"));
        assert!(name(&format!("https://host/{}/end", "x".repeat(300))).len() < 80);
    }

    #[test]
    fn what_git_would_run_or_guess_is_refused() {
        for bad in [
            "",
            "-x",
            "ext::sh -c id",
            "ftp://host/a",
            "../a",
            "a",
            "https://h/\na",
            "https://b:%0a@h/a",
            "foo://b:s3cret@h",
        ] {
            let error = RepoUrl::parse(bad).unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
