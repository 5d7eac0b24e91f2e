//! Words for people as lines of JSON, for whatever collects the logs of a service.

use std::{
    cell::RefCell,
    io::Write,
    sync::atomic::{AtomicBool, Ordering},
};

use serde_json::{Map, Value};

static IS_ON: AtomicBool = AtomicBool::new(false);

thread_local! {
    static ABOUT: RefCell<About> = RefCell::default();
}

/// What lines are about.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// What the texts begin with to say the same to people; left out of the messages.
    pub prefix: String,
    /// Fields of the lines, each with its value.
    pub fields: Vec<(&'static str, String)>,
}

/// From now on each line on stderr is a JSON object: `timestamp` (RFC 3339), `level` (`INFO`, `WARN`, `ERROR`), `message`,
/// and what it is about.
pub fn switch_on() {
    IS_ON.store(true, Ordering::Relaxed);
}

/// Whether lines are JSON.
pub fn is_on() -> bool {
    IS_ON.load(Ordering::Relaxed)
}

/// Does something whose lines are about something.
pub fn about<T>(about: About, tell: impl FnOnce() -> T) -> T {
    let before = ABOUT.with(|now| now.replace(about));
    let told = tell();
    ABOUT.with(|now| now.replace(before));
    told
}

/// Writes one line.
pub(super) fn line(level: &str, message: &str, lists: &[(&'static str, &[String])]) {
    let about = ABOUT.with(|now| now.borrow().clone());
    let text = render(&jiff::Timestamp::now().to_string(), level, message, lists, &about);
    let mut stderr = std::io::stderr();
    let _ = writeln!(stderr, "{text}");
}

fn render(time: &str, level: &str, message: &str, lists: &[(&'static str, &[String])], about: &About) -> String {
    let mut line = Map::new();
    line.insert("timestamp".to_owned(), time.into());
    line.insert("level".to_owned(), level.into());
    line.insert("message".to_owned(), message.strip_prefix(&about.prefix).unwrap_or(message).into());
    for (name, value) in &about.fields {
        line.insert((*name).to_owned(), value.as_str().into());
    }
    for (name, values) in lists.iter().filter(|(_, values)| !values.is_empty()) {
        line.insert((*name).to_owned(), Value::from(values.to_vec()));
    }
    Value::Object(line).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_whatever_is_in_it() {
        let about = About { prefix: "prod: ".into(), fields: vec![("environment", "prod".into())] };
        let hints = ["look \u{1b}[31mhere".to_owned()];
        let line = render("2026-01-02T03:04:05Z", "WARN", "prod: two\nlines", &[("hints", &hints)], &about);
        insta::assert_snapshot!(line, @r#"{"environment":"prod","hints":["look \u001b[31mhere"],"level":"WARN","message":"two\nlines","timestamp":"2026-01-02T03:04:05Z"}"#);
    }
}
