//! A plan for people: one line per object, the totals, then what changes in each.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use landfall_core::{
    last_applied::ANNOTATION,
    plan::{Action, Change, Item, Plan, Refusal, Sign},
};

use super::rollouts::name;

const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const RED: Style = AnsiColor::Red.on_default();
const DIM: Style = Style::new().dimmed();

/// The whole plan.
pub fn render(plan: &Plan, default_namespace: &str) -> String {
    let mut text = String::new();
    let rows: Vec<[String; 3]> = plan
        .items
        .iter()
        .filter(|item| !matches!(item.action, Action::Unchanged))
        .map(|item| row(item, default_namespace))
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let (operation, object) = (width(0), width(1));
    for [operation_text, object_text, place] in &rows {
        let style = match operation_text.chars().next() {
            Some('+') => GREEN,
            Some('-') => RED,
            Some('=') => DIM,
            _ => YELLOW,
        };
        let padding = " ".repeat(operation - operation_text.chars().count());
        let _ = write!(text, "{style}{operation_text}{style:#}{padding}  ");
        let _ = match place.as_str() {
            "" => writeln!(text, "{object_text}"),
            place => writeln!(text, "{object_text:object$}  {DIM}{place}{DIM:#}"),
        };
    }
    if !rows.is_empty() {
        text.push('\n');
    }
    let _ = write!(text, "{}", plan.totals());
    for item in &plan.items {
        text.push_str(&details(item, default_namespace));
    }
    text
}

fn row(item: &Item, default_namespace: &str) -> [String; 3] {
    let operation = match &item.action {
        Action::Create { .. } => "+ create",
        Action::Update { .. } => "~ update",
        Action::Replace { .. } => "! replace",
        Action::Repair { .. } => "~ repair",
        Action::Prune => "- prune",
        Action::Keep(_) => "= keep",
        Action::Unchanged => "  unchanged",
    };
    let place = item.place.as_ref().map(ToString::to_string).unwrap_or_default();
    [operation.to_owned(), name(&item.id, default_namespace), place]
}

/// What changes in one object, and what is to be known of it; nothing for most.
fn details(item: &Item, default_namespace: &str) -> String {
    let mut text = String::new();
    match &item.action {
        Action::Update { changes, foreign, .. } => {
            // The record changes with every other field; only alone it is worth a line.
            let is_record = |change: &&Change| change.field.contains(ANNOTATION);
            let worth_telling: Vec<&Change> = changes.iter().filter(|change| !is_record(change)).collect();
            if worth_telling.is_empty() {
                let _ = writeln!(text, "    only the record of what was applied (last-applied annotation)");
            }
            worth_telling.into_iter().for_each(|change| text.push_str(&render_change(change)));
            for field in foreign {
                let time = field.time.as_ref().map_or_else(String::new, |time| format!(" at {time}"));
                let _ = writeln!(
                    text,
                    "    {YELLOW}overwrites {}, last written by {}{time}{YELLOW:#}",
                    field.field, field.manager
                );
            }
        }
        Action::Replace { changes, .. } => changes.iter().for_each(|change| text.push_str(&render_change(change))),
        Action::Repair { drift } => drift.iter().for_each(|sentence| {
            let _ = writeln!(text, "    {sentence}");
        }),
        Action::Keep(keep) => {
            let _ = writeln!(text, "    {}", keep.reason);
            if let Some(remedy) = &keep.remedy {
                let _ = writeln!(text, "    to delete it: {remedy}");
            }
        }
        Action::Create { .. } | Action::Prune | Action::Unchanged => {}
    }
    for note in &item.notes {
        let _ = writeln!(text, "    {note}");
    }
    if text.is_empty() {
        return text;
    }
    format!("\n\n{}\n{}", name(&item.id, default_namespace), text.trim_end())
}

fn render_change(change: &Change) -> String {
    let mut text = format!("    {}\n", change.field);
    for (sign, line) in change.lines() {
        let letter = sign.letter();
        let _ = match sign {
            Sign::Gap | Sign::Hidden => writeln!(text, "{}", format!("      {letter} {line}").trim_end()),
            Sign::Same => writeln!(text, "      {letter} {line}"),
            Sign::Removed => writeln!(text, "      {RED}{letter} {line}{RED:#}"),
            Sign::Added => writeln!(text, "      {GREEN}{letter} {line}{GREEN:#}"),
        };
    }
    text
}

/// Why a plan must not be carried out.
pub fn refusal(refusal: &Refusal) -> String {
    let place = refusal.place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
    let mut text = format!("{place}{}", refusal.message);
    for detail in &refusal.details {
        let _ = write!(text, "\n  {}", detail.replace('\n', "\n  "));
    }
    let _ = write!(text, "\nto go on: {}", refusal.remedy);
    text
}
