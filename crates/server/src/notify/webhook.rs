//! Any program: CloudEvents 1.0 in structured mode, with the event in the form of CDEvents as its data.
//!
//! Sources: <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>,
//! <https://github.com/cdevents/spec/tree/v0.5.0>. What CDEvents has no type for is a custom event of Landfall's:
//! `dev.cdeventsx.landfall-deploy.KIND`, or `dev.cdeventsx.landfall-environment.KIND` between deploys. The id is the same however
//! often an event is sent.

use hmac::{Hmac, Mac};
use landfall_deploy::config::notifications::WebhookConfig;
use landfall_journal::{Event, EventKind, ImageChange};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{
    Fault, Taken,
    http::{self, Http},
    opener::Opener,
    story::Story,
};

pub(super) async fn send(
    http: &Http,
    opener: &Opener<'_>,
    config: &WebhookConfig,
    event: &Event,
    story: &Story,
) -> Taken {
    post(http, opener, config, &body(event, story)).await
}

/// A body of its own, for a message that is only a test: a program must not take it for something that happened.
pub(super) async fn test(
    http: &Http,
    opener: &Opener<'_>,
    config: &WebhookConfig,
    event: &Event,
    story: &Story,
) -> Taken {
    let mut body = body(event, story);
    for kind in ["/type", "/data/context/type"] {
        if let Some(kind) = body.pointer_mut(kind) {
            *kind = "dev.cdeventsx.landfall-test.sent.0.1.0".into();
        }
    }
    post(http, opener, config, &body).await
}

async fn post(http: &Http, opener: &Opener<'_>, config: &WebhookConfig, body: &Value) -> Taken {
    let url = opener.open(&config.url)?;
    let body = body.to_string();
    let mut request = http.request(Method::POST, url.expose_secret())?;
    request = request.header("content-type", "application/cloudevents+json; charset=utf-8");
    if let Some(secret) = &config.secret {
        let secret = opener.open(secret)?;
        if secret.expose_secret().is_empty() {
            return Err(Fault::passing("The secret to sign with is empty"));
        }
        request = request.header("x-signature-256", signature(secret.expose_secret().as_bytes(), body.as_bytes()));
    }
    http::send(request.body(body)).await?.checked().map(|_| None)
}

/// `sha256=HEX`, the HMAC-SHA256 of the body, as `serve` itself takes it for webhooks.
pub(super) fn signature(secret: &[u8], body: &[u8]) -> String {
    // A key of any length is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(body);
    let bytes = mac.finalize().into_bytes();
    bytes.iter().fold("sha256=".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

pub(super) fn body(event: &Event, story: &Story) -> Value {
    let source = format!(
        "/landfall/{}",
        percent_encoding::utf8_percent_encode(&event.environment, percent_encoding::NON_ALPHANUMERIC)
    );
    let (kind, subject_id) = names(event);
    let content = &event.content;
    let subject = match &content.service {
        Some(service) => {
            let image = content.images.iter().find(|image| image.workload == *service);
            json!({
                "id": subject_id,
                "source": source,
                "type": "service",
                "content": {
                    "environment": {"id": event.environment},
                    "artifactId": image.and_then(artifact),
                },
            })
        }
        None => json!({
            "id": subject_id,
            "source": source,
            "type": own_subject(event).0,
            "content": {"environment": {"id": event.environment}, "text": story.line()},
        }),
    };
    let time = event.at.to_string();
    json!({
        "specversion": "1.0",
        "id": event.id,
        "source": source,
        "type": kind,
        "subject": subject_id,
        "time": time,
        "datacontenttype": "application/json",
        "data": {
            "context": {
                "version": "0.5.0",
                "id": event.id,
                "source": source,
                "type": kind,
                "timestamp": time,
                "chainId": content.deploy.id,
            },
            "subject": subject,
            "customData": {"event": event, "url": story.link},
            "customDataContentType": "application/json",
        },
    })
}

/// The type of an event, and the id of what it is about.
fn names(event: &Event) -> (String, String) {
    let Some(service) = &event.content.service else {
        let (what, id) = own_subject(event);
        return (format!("dev.cdeventsx.{what}.{}.0.1.0", event.kind.as_str().to_lowercase()), id);
    };
    let image = event.content.images.iter().find(|image| image.workload == *service);
    let predicate = match (event.kind, image) {
        (EventKind::ServiceLive, _) if event.content.deploy.is_older => "rolledback",
        (EventKind::ServiceLive, Some(ImageChange { before: Some(_), .. })) => "upgraded",
        _ => "deployed",
    };
    let namespace = service.namespace.as_deref().unwrap_or_default();
    (format!("dev.cdevents.service.{predicate}.0.3.0"), format!("{namespace}/{}", service.name))
}

/// What a custom event is about: its type, and its id.
fn own_subject(event: &Event) -> (&'static str, String) {
    if event.kind.is_standing() {
        ("landfall-environment", event.environment.clone())
    } else {
        ("landfall-deploy", event.content.deploy.id.to_string())
    }
}

/// An image as a package URL: `pkg:oci/web@sha256%3A0b31...?repository_url=registry/team/web&tag=5.1`.
/// Source: <https://github.com/package-url/purl-spec/blob/main/types-doc/oci-definition.md>.
fn artifact(image: &ImageChange) -> Option<String> {
    let whole = image.after.as_deref()?;
    let (name, digest) = whole.split_once('@').map_or((whole, None), |(name, digest)| (name, Some(digest)));
    let (repository, tag) = match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (name, None),
    };
    let short = repository.rsplit('/').next().unwrap_or(repository).to_lowercase();
    let digest = digest.or(image.digest.as_deref()).map(|digest| format!("@{}", digest.replace(':', "%3A")));
    let tag = tag.map(|tag| format!("&tag={tag}")).unwrap_or_default();
    Some(format!("pkg:oci/{short}{}?repository_url={repository}{tag}", digest.unwrap_or_default()))
}
