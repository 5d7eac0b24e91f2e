//! The timeline, for people and for programs.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use landfall_journal::{Deploy, ImageChange, LiveAt, ObjectState, Observation, Outcome, Page, Summary, short_id};
use serde::Serialize;

use super::{rollouts::name, time::short, wrap};

const GREEN: Style = AnsiColor::Green.on_default();
const RED: Style = AnsiColor::Red.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const DIM: Style = Style::new().dimmed();

/// So many failed objects of a deploy are told; JSON has all of them.
const FAILURES: usize = 5;

/// The timeline for programs. Fields may be added, never removed or changed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryV1<'a> {
    /// The version of the shape.
    pub api_version: &'static str,
    /// `History`.
    pub kind: &'static str,
    /// The deploys, newest first, and where to go on.
    #[serde(flatten)]
    pub page: &'a Page,
    /// What others did, newest first.
    pub seen: &'a [Observation],
}

/// What was live at a moment, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveAtV1<'a> {
    /// The version of the shape.
    pub api_version: &'static str,
    /// `LiveAt`.
    pub kind: &'static str,
    /// All the rest.
    #[serde(flatten)]
    pub live: &'a LiveAt,
}

fn style(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Live | Outcome::Applied => GREEN,
        Outcome::Running | Outcome::Superseded => YELLOW,
        _ => RED,
    }
}

/// A page of the timeline, newest first: deploys and what was seen in between.
pub fn render(page: &Page, seen: &[Observation], default_namespace: &str) -> String {
    let mut entries: Vec<(landfall_journal::Time, String)> =
        page.deploys.iter().map(|summary| (summary.deploy.moment(), entry(summary, default_namespace))).collect();
    // What was seen before the oldest deploy of the page belongs to a later page.
    let oldest = page.next.as_ref().and_then(|_| entries.last().map(|(at, _)| *at));
    for seen in seen.iter().filter(|seen| oldest.is_none_or(|oldest| seen.seen >= oldest)) {
        let at = seen.done.unwrap_or(seen.seen);
        let text = format!(
            "{}  {YELLOW}not by Landfall{YELLOW:#}  {}: {}\n",
            short(at),
            name(&seen.object, default_namespace),
            seen.what
        );
        entries.push((at, text));
    }
    entries.sort_by(|(one, _), (other, _)| other.cmp(one));
    entries.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("")
}

fn entry(summary: &Summary, default_namespace: &str) -> String {
    let deploy = &summary.deploy;
    let style = style(deploy.outcome);
    let revision = deploy.revision.as_deref().map_or("files", short_id);
    let mut text = format!(
        "{}  {style}{}{style:#}  {} {revision}",
        short(deploy.moment()),
        deploy.outcome.in_words(),
        deploy.environment
    );
    if let Some(subject) = &deploy.subject {
        let _ = write!(text, " {subject}");
    }
    let mut lines = vec![text];
    lines.extend(summary.images.iter().map(|image| image_line(image, default_namespace)));
    let mut by = Vec::new();
    by.extend(deploy.author.as_ref().map(|author| format!("by {author}")));
    by.extend(deploy.asked_by.as_ref().map(|asked| format!("{} by {asked}", deploy.cause)));
    by.push(summary.done());
    by.extend(took(deploy));
    lines.push(format!("{DIM}{}{DIM:#}", by.join(", ")));
    if deploy.is_older {
        let before = deploy.previous_revision.as_deref().map(short_id).unwrap_or_default();
        lines.push(format!("{YELLOW}an older revision, deployed over {before} without a revert{YELLOW:#}"));
    }
    if deploy.resumes > 0 {
        lines.push(format!(
            "{YELLOW}it was taken up again {} time(s), after its process was killed or it had failed{YELLOW:#}",
            deploy.resumes
        ));
    }
    lines.extend(deploy.reason.as_ref().map(|reason| wrap::within(reason, 4)));
    let failed = summary.objects.iter().filter(|object| object.state == ObjectState::Failed);
    lines.extend(failed.take(FAILURES).map(|object| {
        let reason = object.error.as_deref().unwrap_or("it could not be written");
        wrap::within(&format!("{}: {reason}", name(&object.object, default_namespace)), 4)
    }));
    format!("{}\n", lines.join("\n").replace('\n', "\n    "))
}

fn image_line(image: &ImageChange, default_namespace: &str) -> String {
    let shown = |image: &Option<String>| image.clone().unwrap_or("nothing".to_owned());
    // One that the manifest itself names need not be told twice.
    let news = image.digest.as_ref().filter(|digest| image.after.as_ref().is_none_or(|after| !after.contains(*digest)));
    let digest = news.map_or_else(String::new, |digest| format!(" ({})", digest.chars().take(19).collect::<String>()));
    format!("{}: {} -> {}{digest}", name(&image.workload, default_namespace), shown(&image.before), shown(&image.after))
}

/// From being asked for to live.
fn took(deploy: &Deploy) -> Option<String> {
    let millis = deploy.live?.as_millis() - deploy.detected.as_millis();
    Some(format!("live after {:.1} s", millis.max(0) as f64 / 1000.0))
}

/// What was live at a moment.
pub fn render_live_at(live: &LiveAt, default_namespace: &str) -> String {
    let mut text = match &live.deploy {
        None => return format!("{}: the journal knows of nothing that was live then", short(live.at)),
        Some(deploy) => {
            let revision = deploy.revision.as_deref().map_or("files", short_id);
            let subject = deploy.subject.as_ref().map_or_else(String::new, |subject| format!(" ({subject})"));
            format!("{}: {} was at {revision}{subject}\n", short(live.at), deploy.environment)
        }
    };
    for service in &live.services {
        let since = service.since.map_or("before the journal began".to_owned(), short);
        for image in &service.images {
            let digest = image.digest.as_ref().filter(|digest| !image.image.contains(*digest));
            let digest = digest.map_or_else(String::new, |digest| format!(" {digest}"));
            let from =
                image.revision.as_deref().map_or_else(String::new, |revision| format!(", from {}", short_id(revision)));
            let name = name(&service.workload, default_namespace);
            let _ = writeln!(text, "  {name}  {}{digest}  since {since}{from}", image.image);
        }
    }
    text.trim_end().to_owned()
}
