//! Who may look.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, header};
use subtle::ConstantTimeEq;

/// Who may look at the page and the API.
#[derive(Clone)]
pub struct Access {
    listens: SocketAddr,
    token: Option<String>,
    proxy: Option<TrustedProxy>,
}

/// A proxy in front that knows who somebody is: only it may say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedProxy {
    /// Its address.
    pub address: IpAddr,
    /// The header in which it names the user, such as `X-Forwarded-Email`.
    pub header: String,
}

/// Why a server would be open to everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessFault;

impl std::fmt::Display for AccessFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("The page would be open to everybody in the network")
    }
}

impl Access {
    /// An address that only this machine reaches needs nothing more; any other one needs a token or a trusted proxy.
    ///
    /// # Errors
    /// There is neither.
    pub fn new(listens: SocketAddr, token: Option<String>, proxy: Option<TrustedProxy>) -> Result<Self, AccessFault> {
        let token = token.map(|token| token.trim().to_owned()).filter(|token| !token.is_empty());
        if !listens.ip().is_loopback() && token.is_none() && proxy.is_none() {
            return Err(AccessFault);
        }
        Ok(Self { listens, token, proxy })
    }

    /// In a few words, for the log at the start.
    pub fn describe(&self) -> String {
        match (&self.token, &self.proxy) {
            (None, None) => "whoever is on this machine".to_owned(),
            (Some(_), None) => "whoever has the token".to_owned(),
            (None, Some(proxy)) => format!("whom the proxy {} names in {}", proxy.address, proxy.header),
            (Some(_), Some(proxy)) => {
                format!("whoever has the token, and whom the proxy {} names in {}", proxy.address, proxy.header)
            }
        }
    }

    /// Whether a request may be answered.
    pub(crate) fn admits(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        let is_open = self.token.is_none() && self.proxy.is_none();
        is_open || self.has_token(headers) || self.is_from_proxy(peer, headers)
    }

    /// Whether the request names a host that this server goes by. A page that is only protected by listening on this machine
    /// must not be read by a web site whose name somebody has let point to 127.0.0.1 (DNS rebinding).
    pub(crate) fn knows_host(&self, headers: &HeaderMap) -> bool {
        if self.token.is_some() || self.proxy.is_some() {
            return true;
        }
        let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        let name = name.trim_start_matches('[').trim_end_matches(']');
        name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip == self.listens.ip())
    }

    fn has_token(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return false };
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        bool::from(given.as_bytes().ct_eq(token.as_bytes()))
    }

    fn is_from_proxy(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        let Some(proxy) = &self.proxy else { return false };
        peer.to_canonical() == proxy.address.to_canonical()
            && headers.get(proxy.header.as_str()).is_some_and(|user| !user.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| ((*name).parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_this_machine_needs_nothing() {
        let new = |address: &str, token: Option<&str>| {
            Access::new(address.parse().unwrap(), token.map(str::to_owned), None).map(drop)
        };
        assert_eq!(new("127.0.0.1:80", None), Ok(()));
        assert_eq!(new("[::1]:80", None), Ok(()));
        assert_eq!(new("0.0.0.0:80", None), Err(AccessFault));
        assert_eq!(new("10.1.2.3:80", Some(" \n")), Err(AccessFault), "an empty token is none");
        assert_eq!(new("10.1.2.3:80", Some("x")), Ok(()));
    }

    #[test]
    fn a_token_or_the_proxy_lets_in() {
        let proxy = TrustedProxy { address: "10.0.0.1".parse().unwrap(), header: "X-Forwarded-Email".into() };
        let access = Access::new("0.0.0.0:80".parse().unwrap(), Some("s3cret".into()), Some(proxy)).unwrap();
        for (peer, given, expected) in [
            ("10.0.0.9", &[][..], false),
            ("10.0.0.9", &[("authorization", "Bearer s3cret")][..], true),
            ("10.0.0.9", &[("authorization", "Bearer s3cre")][..], false),
            ("10.0.0.9", &[("authorization", "Bearer ")][..], false),
            ("10.0.0.9", &[("authorization", "s3cret")][..], false),
            ("10.0.0.9", &[("x-forwarded-email", "ada@example.com")][..], false),
            ("10.0.0.1", &[("x-forwarded-email", "ada@example.com")][..], true),
            ("::ffff:10.0.0.1", &[("x-forwarded-email", "ada@example.com")][..], true),
            ("10.0.0.1", &[("x-forwarded-email", "")][..], false),
            ("10.0.0.1", &[][..], false),
        ] {
            assert_eq!(access.admits(peer.parse().unwrap(), &headers(given)), expected, "{peer} {given:?}");
        }
    }

    #[test]
    fn other_names_of_this_machine_are_not_answered() {
        let access = Access::new("127.0.0.1:8080".parse().unwrap(), None, None).unwrap();
        for (host, expected) in [
            ("localhost:8080", true),
            ("localhost", true),
            ("127.0.0.1:8080", true),
            ("[::1]:8080", true),
            ("evil.example:8080", false),
            ("localhost.evil.example", false),
            ("", false),
        ] {
            assert_eq!(access.knows_host(&headers(&[("host", host)])), expected, "{host}");
        }
        assert!(!access.knows_host(&HeaderMap::new()));
    }
}
