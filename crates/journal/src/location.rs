//! Where a journal is.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::error::{Error, Result};

/// Where a journal is: a file for SQLite, or a PostgreSQL database. Neither `Display` nor `Debug` shows a password.
#[derive(Clone)]
pub struct Location(pub(crate) Kind);

#[derive(Clone)]
pub(crate) enum Kind {
    /// An absolute path.
    Sqlite(PathBuf),
    Postgres {
        /// The address with everything.
        url: SecretString,
        /// The address without password and parameters.
        shown: String,
        /// Every form of the password that a message might quote.
        passwords: Vec<SecretString>,
    },
}

/// The parameters that the driver knows. It would log others with their values.
const PARAMETERS: [&str; 14] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "options",
];

/// Those that say which database it is.
const SHOWN: [&str; 5] = ["host", "hostaddr", "port", "dbname", "user"];

impl Location {
    /// Reads `sqlite:///path`, `postgres://user@host/database`, `postgresql://...`, or a path. A relative path is taken
    /// from the present folder.
    ///
    /// # Errors
    ///
    /// [`Error::Location`]: another scheme, or an address that makes no sense.
    pub fn parse(text: &str) -> Result<Self> {
        let scheme = text.split_once(':').map(|(scheme, _)| scheme).filter(|_| text.contains("://"));
        match scheme {
            Some("sqlite") => sqlite_url(text),
            Some("postgres" | "postgresql") => postgres(text),
            Some(other) => Err(Error::Location {
                shown: format!("{other}://..."),
                why: "it is neither a path nor an address of SQLite or PostgreSQL".to_owned(),
            }),
            // `sqlite:path` is common too.
            None => Self::file(Path::new(text.strip_prefix("sqlite:").unwrap_or(text))),
        }
    }

    /// A file for SQLite; its folder need not exist.
    ///
    /// # Errors
    ///
    /// [`Error::Location`]: the path is empty or not UTF-8.
    pub fn file(path: &Path) -> Result<Self> {
        let unusable = |why: &str| Error::Location { shown: path.display().to_string(), why: why.to_owned() };
        if path.as_os_str().is_empty() {
            return Err(unusable("it is empty"));
        }
        if path.to_str().is_none() {
            return Err(unusable("SQLite needs a path in UTF-8"));
        }
        let absolute = std::path::absolute(path).map_err(|error| unusable(&error.to_string()))?;
        Ok(Self(Kind::Sqlite(absolute)))
    }

    /// A text in which no password is left.
    pub(crate) fn hide(&self, text: &str) -> String {
        let passwords = match &self.0 {
            Kind::Sqlite(_) => &[][..],
            Kind::Postgres { passwords, .. } => passwords,
        };
        passwords.iter().fold(text.to_owned(), |text, password| text.replace(password.expose_secret(), "***"))
    }

    /// What a connection is made with. Holds the password.
    pub(crate) fn url(&self) -> SecretString {
        match &self.0 {
            Kind::Sqlite(path) => format!("sqlite://{}?mode=rwc", encoded(path)).into(),
            Kind::Postgres { url, .. } => url.clone(),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Sqlite(path) => path.display().fmt(f),
            Kind::Postgres { shown, .. } => f.write_str(shown),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

fn sqlite_url(text: &str) -> Result<Location> {
    let unusable = |why: &str| Error::Location { shown: text.to_owned(), why: why.to_owned() };
    let path = text.trim_start_matches("sqlite://");
    if path.contains('?') {
        return Err(unusable("parameters after `?` are not supported for SQLite"));
    }
    if !path.starts_with('/') {
        return Err(unusable("the path in `sqlite:///path` must be absolute, with three slashes"));
    }
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8();
    Location::file(Path::new(&*decoded.map_err(|_| unusable("SQLite needs a path in UTF-8"))?))
}

fn postgres(text: &str) -> Result<Location> {
    // Nothing of a text that cannot be taken apart is shown: who knows where its password is.
    let unusable = |why: String| Error::Location { shown: "postgres://...".to_owned(), why };
    let url = Url::parse(text).map_err(|error| unusable(error.to_string()))?;
    if let Some((key, _)) = url.query_pairs().find(|(key, _)| !is_known(key)) {
        // Only the beginning, in case a password with a `?` was not encoded.
        let key: String = key.chars().take(4).collect();
        return Err(unusable(format!("its parameter `{key}...` is not known")));
    }
    let mut passwords = Vec::new();
    for (_, password) in url.query_pairs().filter(|(key, _)| key == "password") {
        passwords.push(password.into_owned());
    }
    if let Some(password) = url.password() {
        passwords.push(percent_encoding::percent_decode_str(password).decode_utf8_lossy().into_owned());
        passwords.push(password.to_owned());
    }
    let passwords = passwords.into_iter().filter(|password| !password.is_empty()).map(Into::into).collect();
    let mut shown = url.clone();
    shown.set_query(None);
    for (key, value) in url.query_pairs().filter(|(key, _)| SHOWN.contains(&&**key)) {
        shown.query_pairs_mut().append_pair(&key, &value);
    }
    shown.set_fragment(None);
    // It fails only for addresses without a host, which have no password.
    let _ = shown.set_password(None);
    Ok(Location(Kind::Postgres { url: text.to_owned().into(), shown: shown.to_string(), passwords }))
}

fn is_known(parameter: &str) -> bool {
    PARAMETERS.contains(&parameter) || parameter == "application_name" || parameter.starts_with("options[")
}

/// The path as a part of an address.
fn encoded(path: &Path) -> String {
    const KEPT: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');
    percent_encoding::utf8_percent_encode(&path.to_string_lossy(), KEPT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_paths() {
        for (text, shown) in [
            ("/var/lib/j.db", "/var/lib/j.db"),
            ("sqlite:/var/lib/j.db", "/var/lib/j.db"),
            ("sqlite:///var/lib/j%3F.db", "/var/lib/j?.db"),
            ("postgres://alice:hunter2@db.example/landfall", "postgres://alice@db.example/landfall"),
            ("postgresql://db/landfall?user=alice&password=hunter2", "postgresql://db/landfall?user=alice"),
        ] {
            let location = Location::parse(text).unwrap();
            assert_eq!(location.to_string(), shown);
            assert_eq!(format!("{location:?}"), format!("Location({shown})"));
        }
        let path = "/a b/ü#?%.db";
        let url = Location::parse(path).unwrap().url();
        assert_eq!(url.expose_secret(), "sqlite:///a%20b/%C3%BC%23%3F%25.db?mode=rwc");
    }

    #[test]
    fn what_is_no_location() {
        for (text, message) in [
            ("", "The journal's location `` cannot be used: it is empty"),
            (
                "mysql://root:hunter2@host/x",
                "The journal's location `mysql://...` cannot be used: it is neither a path nor an address of SQLite or PostgreSQL",
            ),
            (
                "postgres://alice:hunter2@host:port/x",
                "The journal's location `postgres://...` cannot be used: invalid port number",
            ),
            (
                "sqlite://relative.db",
                "The journal's location `sqlite://relative.db` cannot be used: the path in `sqlite:///path` must be absolute, with three slashes",
            ),
        ] {
            assert_eq!(Location::parse(text).unwrap_err().to_string(), message);
        }
    }
}
