//! Causes of many pods as one sentence: what several pods share is told once.

use serde_json::Value;

use super::Cause;
use crate::health::{LogQuery, fields::name};

/// How many different causes a sentence holds.
const MOST: usize = 3;

/// What is to be told of a workload's pods.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Clauses, the worst first.
    pub(crate) clauses: Vec<String>,
    /// Whether one of them is hopeless.
    pub(crate) hopeless: bool,
    /// Whose logs say more.
    pub(crate) logs: Vec<LogQuery>,
}

/// Groups the causes of pods: hopeless ones first, then those of most pods. Ordinary steps are told only where nothing
/// is wrong.
pub(crate) fn tell(causes: Vec<(&Value, Cause)>) -> Told {
    let mut groups: Vec<(String, Vec<(&Value, Cause)>)> = Vec::new();
    for (pod, cause) in causes {
        let key = key(pod, &cause);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push((pod, cause)),
            None => groups.push((key, vec![(pod, cause)])),
        }
    }
    if groups.iter().any(|(_, group)| !group[0].1.ordinary) {
        groups.retain(|(_, group)| !group[0].1.ordinary);
    }
    groups.sort_by_key(|(_, group)| (!group.iter().any(|(_, cause)| cause.hopeless), std::cmp::Reverse(group.len())));
    let mut told = Told::default();
    for (_, group) in groups.iter().take(MOST) {
        told.clauses.push(clause(group));
        // One log a cause: the pods of a group have the same to say.
        told.logs.extend(worst(group).1.log.clone());
    }
    let rest: usize = groups.iter().skip(MOST).map(|(_, group)| group.len()).sum();
    match rest {
        0 => {}
        1 => told.clauses.push("1 other pod is not ready".to_owned()),
        rest => told.clauses.push(format!("{rest} other pods are not ready")),
    }
    told.hopeless = groups.iter().flat_map(|(_, group)| group).any(|(_, cause)| cause.hopeless);
    told
}

/// What two pods with one cause have in common: the cause without numbers (restarts, addresses, times), the pod's own
/// name and what its log says.
fn key(pod: &Value, cause: &Cause) -> String {
    let why = cause.why.split("; its last line: ").next().unwrap_or_default();
    let why = if name(pod).is_empty() { why.to_owned() } else { why.replace(name(pod), "") };
    format!("{} {}", cause.many, why.replace(|char: char| char.is_ascii_digit(), ""))
}

/// The pod of a group that stands for all: a hopeless one, if there is one.
fn worst<'a, 'b>(group: &'b [(&'a Value, Cause)]) -> &'b (&'a Value, Cause) {
    group.iter().find(|(_, cause)| cause.hopeless).unwrap_or(&group[0])
}

fn clause(group: &[(&Value, Cause)]) -> String {
    let (pod, cause) = worst(group);
    let subject = match group.len() {
        1 => format!("pod {} {}", name(pod), cause.one),
        count if cause.why.is_empty() => format!("{count} pods {}", cause.many),
        count => format!("{count} pods, such as {}, {}", name(pod), cause.many),
    };
    if cause.why.is_empty() { subject } else { format!("{subject}: {}", cause.why) }
}
