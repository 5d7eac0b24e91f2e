//! E-mail by SMTP: plain text, and the same as simple HTML.

use std::time::Duration;

use landfall_deploy::config::notifications::EmailConfig;
use landfall_journal::Event;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
    transport::smtp::{self, AsyncSmtpTransportBuilder, authentication::Credentials},
};
use secrecy::ExposeSecret;

use super::{Fault, Taken, certificate::explained, opener::Opener, story::Story, truncate::truncate};

const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn send(opener: &Opener<'_>, config: &EmailConfig, event: &Event, story: &Story) -> Taken {
    let message = message(config, event, story)?;
    let mut server = server(&config.server)?.timeout(Some(PATIENCE));
    if let (Some(username), Some(password)) = (&config.username, &config.password) {
        let (username, password) = (opener.open(username)?, opener.open(password)?);
        server = server
            .credentials(Credentials::new(username.expose_secret().to_owned(), password.expose_secret().to_owned()));
    }
    match server.build().send(message).await {
        Ok(_) => Ok(None),
        Err(error) if error.is_permanent() => Err(Fault::permanent(words(&error))),
        Err(error) => Err(Fault::passing(words(&error))),
    }
}

/// An error with its causes.
fn words(error: &smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        let more = deeper.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = deeper.source();
    }
    // The library's own words may begin twice alike.
    let text = text.replace("Connection error: Connection error: ", "Connection error: ");
    explained(format!("The mail server: {text}"))
}

fn server(address: &str) -> Result<AsyncSmtpTransportBuilder, Fault> {
    type Transport = AsyncSmtpTransport<Tokio1Executor>;
    let unusable = || Fault::permanent("The address of the mail server cannot be used");
    let (scheme, rest) = address.split_once("://").ok_or_else(unusable)?;
    let rest = rest.trim_end_matches('/');
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse::<u16>().map_err(|_| unusable())?)),
        None => (rest, None),
    };
    let builder = match scheme {
        "smtps" => Transport::relay(host).map_err(|_| unusable())?,
        "smtp" => Transport::starttls_relay(host).map_err(|_| unusable())?,
        "smtp+plain" => Transport::builder_dangerous(host),
        _ => return Err(unusable()),
    };
    Ok(match port {
        Some(port) => builder.port(port),
        None => builder,
    })
}

pub(super) fn message(config: &EmailConfig, event: &Event, story: &Story) -> Result<Message, Fault> {
    let mailbox = |text: &str| {
        text.parse::<Mailbox>().map_err(|_| Fault::permanent(format!("'{text}' is not the address of a person")))
    };
    let mut message = Message::builder()
        .from(mailbox(&config.from)?)
        // The same for each try: a reader shows it once.
        .message_id(Some(format!("<{}@landfall>", event.id)))
        .date(std::time::UNIX_EPOCH + Duration::from_millis(u64::try_from(event.at.as_millis()).unwrap_or_default()))
        .subject(truncate(&format!("[{}] {}", event.environment, story.headline), 200))
        .raw_header(auto_submitted()?);
    for to in &config.to {
        message = message.to(mailbox(to)?);
    }
    message
        .multipart(MultiPart::alternative_plain_html(story.plain(), html(story)))
        .map_err(|error| Fault::permanent(format!("The message cannot be made: {error}")))
}

/// Nobody's absence answers. Source: RFC 3834.
fn auto_submitted() -> Result<lettre::message::header::HeaderValue, Fault> {
    use lettre::message::header::{HeaderName, HeaderValue};
    let name = HeaderName::new_from_ascii("Auto-Submitted".to_owned());
    let name = name.map_err(|_| Fault::permanent("The message cannot be made"))?;
    Ok(HeaderValue::new(name, "auto-generated".to_owned()))
}

fn html(story: &Story) -> String {
    let mut html = format!("<p><strong>{}</strong></p>\n", escaped(&story.headline));
    if let Some(commit) = &story.commit {
        let words = escaped(&commit.words());
        html += &match &commit.url {
            Some(url) => format!("<p>by <a href=\"{}\">{words}</a></p>\n", escaped(url)),
            None => format!("<p>by {words}</p>\n"),
        };
    }
    if !story.services.is_empty() {
        let items: Vec<String> =
            story.services.iter().map(|service| format!("<li>{}</li>", escaped(service))).collect();
        html += &format!("<ul>{}</ul>\n", items.join(""));
    }
    html += &story.note.as_deref().map(|note| format!("<p>{}</p>\n", escaped(note))).unwrap_or_default();
    html += &story.reason.as_deref().map(|reason| format!("<pre>{}</pre>\n", escaped(reason))).unwrap_or_default();
    if let Some(link) = &story.link {
        html += &format!("<p><a href=\"{}\">More about it</a></p>\n", escaped(link));
    }
    html
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
