//! One object: desired, live, and what differs.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Html,
};
use landfall_core::plan::{Change, Sign};
use landfall_journal::{ObjectAction, Time};
use serde_json::Value;

use super::{html, summary::Line};
use crate::{
    app::App,
    inspect::{Answer, Asked, inspect},
    links,
    problem::Problem,
    words,
};

#[derive(Template)]
#[template(path = "object.html")]
struct Page {
    title: String,
    state: &'static str,
    colour: &'static str,
    environment: String,
    place: String,
    line: Line,
    read: String,
    changes: Vec<Field>,
    notes: Vec<String>,
    desired: Document,
    live: Option<Document>,
    again: String,
    json: String,
}

/// A field that changes.
struct Field {
    name: String,
    lines: Vec<(&'static str, &'static str, String)>,
}

/// A document as YAML.
struct Document {
    text: String,
    /// How many lines more there are.
    more: usize,
}

/// Lines of a document that a page shows, so that it stays below 100 KB.
const LINES: usize = 400;
/// The same in bytes.
const BYTES: usize = 30_000;
/// Lines of differences that a page shows.
const CHANGED: usize = 200;

pub(crate) async fn show(State(app): State<Arc<App>>, Query(asked): Query<Asked>) -> Result<Html<String>, Problem> {
    let answer = inspect(&app, &asked).await?;
    html(&page(&asked, answer))
}

fn page(asked: &Asked, answer: Answer) -> Page {
    let Answer { inspected, deploy, namespace } = answer;
    let now = Time::now();
    let (state, colour) = match inspected.action {
        None => ("as desired", "good"),
        Some(ObjectAction::Create) => ("does not exist", "bad"),
        Some(ObjectAction::Replace) => ("differs, and would be replaced", "bad"),
        Some(ObjectAction::Repair) => ("differs on its host", "bad"),
        Some(_) => ("differs", "bad"),
    };
    let again = links::object(&asked.environment, &inspected.object);
    let foreign = inspected.foreign.iter().map(|field| {
        let time = field.time.as_ref().map_or_else(String::new, |time| format!(" at {time}"));
        format!("{} was last written by {}{time}", field.field, field.manager)
    });
    let mut left = CHANGED;
    Page {
        title: words::object(&inspected.object, &namespace),
        state,
        colour,
        environment: asked.environment.clone(),
        place: inspected.place,
        line: Line::of_deploy(&deploy, now),
        read: words::time(now),
        notes: foreign.chain(inspected.drift).chain(inspected.refusals).collect(),
        changes: inspected.changes.iter().map(|change| field(change, &mut left)).collect(),
        desired: document(&inspected.desired),
        live: inspected.live.as_ref().map(document),
        json: format!("/api/v1{again}"),
        again,
    }
}

fn field(change: &Change, left: &mut usize) -> Field {
    let lines = change.lines().into_iter().map(|(sign, line)| {
        let class = match sign {
            Sign::Removed => "removed",
            Sign::Added => "added",
            Sign::Same | Sign::Hidden | Sign::Gap => "same",
        };
        (class, sign.letter(), line.chars().take(1000).collect())
    });
    let lines: Vec<_> = lines.take(*left).collect();
    *left -= lines.len();
    Field { name: change.field.clone(), lines }
}

fn document(document: &Value) -> Document {
    // It was read as JSON, so it can be written; were it not so, JSON would tell as much.
    let text = serde_saphyr::to_string(document).unwrap_or_else(|_| format!("{document:#}"));
    let mut size = 0;
    let fits = |line: &&str| {
        size += line.len() + 1;
        size <= BYTES
    };
    let shown: Vec<&str> = text.lines().take(LINES).take_while(fits).collect();
    Document { more: text.lines().count() - shown.len(), text: shown.join("\n") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_told_as_yaml_and_cut_where_it_is_long() {
        let short = document(&json!({"kind": "ConfigMap", "data": {"a": "one\ntwo\n"}}));
        assert_eq!((short.text.as_str(), short.more), ("kind: ConfigMap\ndata:\n  a: |\n    one\n    two", 0));
        let long = document(&json!({"data": "x\n".repeat(1000)}));
        assert_eq!(long.text.lines().count(), LINES);
        assert!(long.more > 500);
        let wide = document(&json!({"data": "x".repeat(100_000)}));
        assert!(wide.text.len() < BYTES);
    }
}
