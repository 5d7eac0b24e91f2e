//! A whole revision, looked at before anything is done.

use std::{collections::BTreeMap, ops::Range};

use landfall_core::{
    desired::{Desired, DesiredSet},
    diagnostic::Place,
    manifest::field_path,
    object::ObjectId,
    plan::{FaultCause, Refusal, RefusedBy, explain_cause},
};
use landfall_deploy::target::Review;
use serde_json::Value;

use super::{
    check::{Findings, Note, Surroundings, check},
    class::KindClass,
    host_ports,
    kinds::kind_class,
};
use crate::pod::{EngineFacts, Objects, Sources};

/// The kinds that others refer to.
const REFERRED: &[&str] =
    &["ConfigMap", "Secret", "PersistentVolumeClaim", "PersistentVolume", "Service", "ServiceAccount"];

/// Reviews a revision. `others` are objects that will be there and are not the revision's: those of other environments, and
/// of this one if they are not pruned. `recorded` gives an object as it is recorded now.
pub fn review(
    desired: &DesiredSet,
    others: &dyn Sources,
    recorded: &dyn Fn(&ObjectId) -> Option<Value>,
    engine: &EngineFacts,
) -> Review {
    let mut objects = Objects::default();
    for one in desired.objects.iter().filter(|one| REFERRED.contains(&one.id.kind.as_str())) {
        objects.insert(one.value.unpacked(), one.id.namespace.as_deref().unwrap_or_default());
    }
    let sources = Both { first: &objects, then: others };
    let around = Surroundings { sources: &sources, engine };
    let all: Vec<&Desired> = desired.objects.iter().collect();
    let mut findings: Vec<Findings> = all.iter().map(|one| check(&one.gvk, &one.value.unpacked(), around)).collect();
    for (object, fault) in host_ports::conflicts(&all).into_iter().chain(ambiguous_services(&all)) {
        if let Some(found) = findings.get_mut(object) {
            found.faults.push(fault);
        }
    }
    for (one, found) in all.iter().zip(&mut findings) {
        found.notes.retain(|note| !is_known(one, note, recorded));
    }
    let of = |(one, found): (&&Desired, &Findings)| Some((one.id.clone(), refusal(one, found)?));
    Review { refusals: all.iter().zip(&findings).filter_map(of).collect(), notes: notes(&all, &findings) }
}

/// Whether a note is about a claim that is recorded as it is desired: it was told when that was made, and nothing comes of it
/// that anybody could still change.
fn is_known(one: &Desired, note: &Note, recorded: &dyn Fn(&ObjectId) -> Option<Value>) -> bool {
    let part = match one.id.kind.as_str() {
        "PersistentVolumeClaim" => "/spec",
        "StatefulSet" if note.field.starts_with("spec.volumeClaimTemplates") => "/spec/volumeClaimTemplates",
        _ => return false,
    };
    let known = recorded(&one.id);
    known.is_some_and(|known| known.pointer(part) == one.value.unpacked().pointer(part))
}

/// What the revision has, before what is there besides.
struct Both<'a> {
    first: &'a Objects,
    then: &'a dyn Sources,
}

impl Sources for Both<'_> {
    fn find(&self, kind: &str, namespace: &str, name: &str) -> Option<&Value> {
        self.first.find(kind, namespace, name).or_else(|| self.then.find(kind, namespace, name))
    }

    fn services(&self, namespace: &str) -> Vec<&Value> {
        merged(self.first.services(namespace), self.then.services(namespace))
    }

    fn persistent_volumes(&self) -> Vec<&Value> {
        merged(self.first.persistent_volumes(), self.then.persistent_volumes())
    }
}

fn merged<'a>(first: Vec<&'a Value>, then: Vec<&'a Value>) -> Vec<&'a Value> {
    let name = |object: &Value| object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    let mut by_name: BTreeMap<String, &Value> = then.into_iter().map(|object| (name(object), object)).collect();
    by_name.extend(first.into_iter().map(|object| (name(object), object)));
    by_name.into_values().collect()
}

/// Services of one name in several namespaces: an environment is one network, in which a short name is one Service's.
fn ambiguous_services(objects: &[&Desired]) -> Vec<(usize, FaultCause)> {
    let mut by_name: BTreeMap<&str, &Desired> = BTreeMap::new();
    let mut faults = Vec::new();
    for (index, one) in
        objects.iter().enumerate().filter(|(_, one)| one.id.kind == "Service" && one.id.group.is_empty())
    {
        match by_name.get(one.id.name.as_str()) {
            Some(first) => {
                let message = format!(
                    "is the name of {}, too, and all pods of an environment share one network, where the short name is one \
                     Service's; name one of them differently, or make two environments",
                    first.id
                );
                faults.push((index, FaultCause { field: "metadata.name".to_owned(), message }));
            }
            None => {
                by_name.insert(&one.id.name, one);
            }
        }
    }
    faults
}

fn refusal(desired: &Desired, found: &Findings) -> Option<Refusal> {
    let mut faults: Vec<(Range<usize>, &FaultCause)> =
        found.faults.iter().map(|fault| (located(desired, &fault.field), fault)).collect();
    faults.sort_by_key(|(span, _)| span.start);
    let (first, _) = faults.first()?;
    let fields = faults.len();
    let (message, details, remedy) = match kind_class(&desired.gvk) {
        KindClass::Refused(reason) => (
            format!("Docker cannot run {}: {reason}", desired.id),
            Vec::new(),
            "take it out of the environment's paths or selector, or deploy the environment to Kubernetes",
        ),
        _ => (
            match fields {
                1 => format!("Docker cannot run {}: 1 field cannot be honoured", desired.id),
                _ => format!("Docker cannot run {}: {fields} fields cannot be honoured", desired.id),
            },
            faults.iter().map(|(span, fault)| detail(desired, span, fault)).collect(),
            "correct the manifest; docs/docker.md lists what is supported on one host",
        ),
    };
    let place = Some(place(desired, first));
    Some(Refusal { by: RefusedBy::Target, message, place, details, remedy: remedy.to_owned() })
}

fn detail(desired: &Desired, span: &Range<usize>, fault: &FaultCause) -> String {
    format!("{}: {}", place(desired, span), explain_cause(&desired.gvk, fault))
}

fn located(desired: &Desired, field: &str) -> Range<usize> {
    desired.origin.locate(&field_path(field))
}

/// `file:line:column`.
fn place(desired: &Desired, span: &Range<usize>) -> String {
    Place::Span(desired.origin.source.clone(), span.clone()).to_string()
}

/// What has no effect for one reason.
struct Group<'a> {
    reason: &'a str,
    names: Vec<String>,
    first: (&'a Desired, &'a str),
    count: usize,
}

/// Every reason once, with the first place, in the order in which they come.
fn notes(objects: &[&Desired], findings: &[Findings]) -> Vec<String> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (desired, found) in objects.iter().zip(findings) {
        for note in &found.notes {
            let name = if note.field.is_empty() { note.name.clone() } else { format!("`{}`", note.name) };
            match groups.iter_mut().find(|group| group.reason == note.reason) {
                Some(group) => {
                    group.count += 1;
                    if !group.names.contains(&name) {
                        group.names.push(name);
                    }
                }
                None => groups.push(Group {
                    reason: &note.reason,
                    names: vec![name],
                    first: (desired, &note.field),
                    count: 1,
                }),
            }
        }
    }
    groups.iter().map(told).chain(cron_jobs(objects)).collect()
}

/// Who starts Jobs has to be there at their time.
fn cron_jobs(objects: &[&Desired]) -> Option<String> {
    let all: Vec<&&Desired> = objects.iter().filter(|one| one.id.kind == "CronJob").collect();
    let first = all.first()?;
    let place = place(first, &located(first, "metadata.name"));
    let (names, verb) = match all.len() {
        1 => (format!("{} ({place})", first.id), "runs"),
        count => (format!("{count} CronJobs ({place} and {} more)", count - 1), "run"),
    };
    Some(format!("{names} {verb} only while `landfall serve` runs for this environment"))
}

fn told(group: &Group<'_>) -> String {
    let (desired, field) = group.first;
    let place = place(desired, &located(desired, field));
    let more = if group.count > 1 { format!(" and {} more", group.count - 1) } else { String::new() };
    let (names, verb) = match group.names.split_last() {
        Some((last, rest)) if !rest.is_empty() => (format!("{} and {last}", rest.join(", ")), "have"),
        _ => (group.names.concat(), "has"),
    };
    format!("{names} {verb} no effect on one host ({place}{more}): {}", group.reason)
}
