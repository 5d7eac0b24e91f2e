//! How each forge proves that a webhook comes from it.

use axum::http::HeaderMap;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::app::WebhookSecret;

/// A signed time that is older or newer than this, in seconds, is a replay.
const FRESH: i64 = 300;

/// How a forge signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// `X-Hub-Signature-256: sha256=HEX` of HMAC-SHA256 over the body: GitHub; Gitea and Forgejo send it, too.
    GitHub,
    /// `X-Gitea-Signature` or `X-Forgejo-Signature: HEX`, or as GitHub.
    Gitea,
    /// `X-Gitlab-Token: SECRET`, or `webhook-signature: v1,BASE64` over `ID.TIME.BODY`.
    GitLab,
    /// `X-Hub-Signature: sha256=HEX`: Bitbucket.
    Bitbucket,
    /// `X-Signature-256: sha256=HEX`, for everything else.
    Generic,
}

impl Scheme {
    pub fn of(forge: &str) -> Option<Self> {
        Some(match forge {
            "github" => Self::GitHub,
            "gitea" | "forgejo" => Self::Gitea,
            "gitlab" => Self::GitLab,
            "bitbucket" => Self::Bitbucket,
            "generic" => Self::Generic,
            _ => return None,
        })
    }

    /// Whether a webhook is signed with the secret. `now` is in seconds since 1970.
    pub fn is_signed(self, secret: &WebhookSecret, headers: &HeaderMap, body: &[u8], now: i64) -> bool {
        let header =
            |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).filter(|text| !text.is_empty());
        let prefixed = |name: &str| header(name).and_then(|text| text.strip_prefix("sha256="));
        match self {
            Self::GitHub => is_hex_mac(prefixed("x-hub-signature-256"), secret, body),
            Self::Gitea => {
                let own = header("x-forgejo-signature").or_else(|| header("x-gitea-signature"));
                is_hex_mac(own.or_else(|| prefixed("x-hub-signature-256")), secret, body)
            }
            Self::Bitbucket => is_hex_mac(prefixed("x-hub-signature"), secret, body),
            Self::Generic => is_hex_mac(prefixed("x-signature-256"), secret, body),
            Self::GitLab => match header("webhook-signature") {
                Some(signatures) => {
                    let (Some(id), Some(time)) = (header("webhook-id"), header("webhook-timestamp")) else {
                        return false;
                    };
                    is_standard(signatures, id, time, secret, body, now)
                }
                None => {
                    header("x-gitlab-token").is_some_and(|token| bool::from(token.as_bytes().ct_eq(secret.bytes())))
                }
            },
        }
    }
}

fn mac(secret: &WebhookSecret, parts: &[&[u8]]) -> Option<Vec<u8>> {
    // HMAC takes keys of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.bytes()).ok()?;
    parts.iter().for_each(|part| mac.update(part));
    Some(mac.finalize().into_bytes().to_vec())
}

fn is_hex_mac(given: Option<&str>, secret: &WebhookSecret, body: &[u8]) -> bool {
    let (Some(given), Some(mac)) = (given, mac(secret, &[body])) else { return false };
    let expected: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    bool::from(given.to_ascii_lowercase().as_bytes().ct_eq(expected.as_bytes()))
}

/// Several signatures with spaces between them, each `v1,BASE64`, over `ID.TIME.BODY`.
/// Source: <https://www.standardwebhooks.com>.
fn is_standard(signatures: &str, id: &str, time: &str, secret: &WebhookSecret, body: &[u8], now: i64) -> bool {
    let is_fresh = time.parse::<i64>().is_ok_and(|time| now.abs_diff(time) <= FRESH.unsigned_abs());
    let Some(mac) = mac(secret, &[id.as_bytes(), b".", time.as_bytes(), b".", body]) else { return false };
    let expected = STANDARD.encode(mac);
    let fits = |signature: &str| {
        signature.strip_prefix("v1,").is_some_and(|given| bool::from(given.as_bytes().ct_eq(expected.as_bytes())))
    };
    is_fresh && signatures.split(' ').any(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// HMAC-SHA256 of `{"ref":"refs/heads/main"}` with the key `s3cret`, by `openssl dgst -sha256 -hmac s3cret`.
    const HEX: &str = "232a5e067b6a5aa567ed5a1d21a0dffaf6ef0eeecb6bd9bcf43b3d5ef3fc4f43";
    /// The same of `7.1700000000.{"ref":"refs/heads/main"}`, in base64.
    const STANDARD_SIGNATURE: &str = "GmzI18KUEFjskWUCbpMPa/1G8fg/QmvzmutPDzTYzQw=";
    const BODY: &[u8] = br#"{"ref":"refs/heads/main"}"#;

    fn is_signed(scheme: Scheme, pairs: &[(&'static str, &str)], now: i64) -> bool {
        let headers = pairs.iter().map(|(name, value)| ((*name).parse().unwrap(), value.parse().unwrap())).collect();
        scheme.is_signed(&WebhookSecret::new("s3cret\n").unwrap(), &headers, BODY, now)
    }

    #[test]
    fn each_forge_signs_in_its_way() {
        let sha = format!("sha256={HEX}");
        let upper = HEX.to_uppercase();
        let wrong = format!("sha256={}0", &HEX[..63]);
        let standard = format!("v1,AAAA v1,{STANDARD_SIGNATURE}");
        let v1 = [("webhook-id", "7"), ("webhook-timestamp", "1700000000"), ("webhook-signature", standard.as_str())];
        use Scheme::{Bitbucket, Generic, GitHub, GitLab, Gitea};
        for (scheme, headers, now, expected) in [
            (GitHub, &[("x-hub-signature-256", sha.as_str())][..], 0, true),
            (GitHub, &[("x-hub-signature-256", wrong.as_str())][..], 0, false),
            (GitHub, &[("x-hub-signature-256", HEX)][..], 0, false),
            (GitHub, &[("x-hub-signature", sha.as_str())][..], 0, false),
            (GitHub, &[("x-hub-signature-256", "")][..], 0, false),
            (GitHub, &[][..], 0, false),
            (Gitea, &[("x-gitea-signature", HEX)][..], 0, true),
            (Gitea, &[("x-forgejo-signature", upper.as_str())][..], 0, true),
            (Gitea, &[("x-hub-signature-256", sha.as_str())][..], 0, true),
            (Gitea, &[("x-gitea-signature", "00")][..], 0, false),
            (Bitbucket, &[("x-hub-signature", sha.as_str())][..], 0, true),
            (Generic, &[("x-signature-256", sha.as_str())][..], 0, true),
            (GitLab, &[("x-gitlab-token", "s3cret")][..], 0, true),
            (GitLab, &[("x-gitlab-token", "s3cre")][..], 0, false),
            (GitLab, &[("x-gitlab-token", "")][..], 0, false),
            (GitLab, &v1[..], 1_700_000_100, true),
            (GitLab, &v1[..], 1_700_000_301, false),
            (GitLab, &v1[1..], 1_700_000_100, false),
            (
                GitLab,
                &[
                    ("webhook-id", "7"),
                    ("webhook-timestamp", "1700000000"),
                    ("webhook-signature", "v1,"),
                    ("x-gitlab-token", "s3cret"),
                ][..],
                1_700_000_000,
                false,
            ),
        ] {
            assert_eq!(is_signed(scheme, headers, now), expected, "{scheme:?} {headers:?} {now}");
        }
    }

    #[test]
    fn an_empty_secret_is_none() {
        assert!(WebhookSecret::new(" \n").is_none());
    }
}
