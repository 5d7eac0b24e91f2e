//! The environment variables of a container.

use std::{collections::BTreeMap, fmt};

use super::{
    PodInput,
    expand::expand,
    field_ref, key,
    node::{Faults, Node},
    resource_ref, service_links,
    translate::Context,
};

/// Variables by name. Their values may be those of Secrets: `Debug` shows the names only.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Env(pub BTreeMap<String, String>);

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The variables of a container: those of Services, over them those of `envFrom`, over them those of `env`.
///
/// As the kubelet does (`makeEnvironmentVariables` in `pkg/kubelet/kubelet_pods.go`), `$(NAME)` in a value stands for a
/// variable that was defined before, by `envFrom` or by a Service, and a reference to an optional source that is not
/// there leaves its variable out. A source that is not optional and not there is a fault: no kubelet would start the
/// container.
pub(super) fn read(context: &Context<'_>, container: &Node<'_>, faults: &mut Faults) -> Env {
    let input = context.input;
    let services = match context.pod.get("enableServiceLinks").flag() {
        Some(false) => BTreeMap::new(),
        _ => service_links::variables(&input.sources.services(input.namespace)),
    };
    let mut own = BTreeMap::new();
    for source in container.get("envFrom").items() {
        take_all(&source, input, &mut own, faults);
    }
    for variable in container.get("env").items() {
        let name = variable.get("name").text().unwrap_or_default();
        if name.is_empty() || name.contains(['=', '\0']) {
            faults.add(&variable.get("name"), "must be a name without `=`");
            continue;
        }
        let value = match (variable.get("value").text(), variable.given("valueFrom")) {
            (Some(_), Some(from)) => {
                faults.add(&from, "must not be given beside `value`");
                continue;
            }
            (Some(text), None) => expand(text, &[&own, &services]),
            (None, Some(from)) => match from_source(&from, context, container, faults) {
                Some(value) => value,
                None => continue,
            },
            (None, None) => String::new(),
        };
        own.insert(name.to_owned(), value);
    }
    // The Job controller gives it to the pods of an indexed Job.
    if let (Some(index), Some("Job")) = (input.ordinal, input.owner.map(|owner| owner.kind.as_str())) {
        own.entry("JOB_COMPLETION_INDEX".to_owned()).or_insert_with(|| index.to_string());
    }
    let mut all = services;
    all.extend(own);
    Env(all)
}

/// `envFrom`: every key of a ConfigMap or Secret that can be a variable's name.
fn take_all(source: &Node<'_>, input: &PodInput<'_>, own: &mut BTreeMap<String, String>, faults: &mut Faults) {
    let prefix = source.get("prefix").text().unwrap_or_default();
    for (field, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
        let Some(reference) = source.given(field) else { continue };
        let Some(object) = key::object(&reference, kind, input, faults) else { continue };
        for (name, content) in key::texts(object) {
            let name = format!("{prefix}{name}");
            if !name.contains('=') && name.chars().all(|char| (' '..='~').contains(&char)) {
                own.insert(name, content);
            }
        }
    }
}

fn from_source(from: &Node<'_>, context: &Context<'_>, container: &Node<'_>, faults: &mut Faults) -> Option<String> {
    let given: Vec<&String> = from
        .value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, _)| name)
        .collect();
    let [name] = given.as_slice() else {
        faults.add(from, "must have one source");
        return None;
    };
    let source = from.get(name);
    match name.as_str() {
        "configMapKeyRef" => key::text(&source, "ConfigMap", context.input, faults),
        "secretKeyRef" => key::text(&source, "Secret", context.input, faults),
        "fieldRef" => field_ref::variable(&source, context, faults),
        "resourceFieldRef" => resource_ref::value(&source, Some(container), context, faults),
        // Fields of no kind above are refused by the table of what is supported.
        _ => None,
    }
}
