//! The translation of a whole pod.

use std::{borrow::Cow, collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use super::{
    ContainerSpec, FaultCause, Join, Label, PodInput, PodSpec, Restart, Role, Sandbox, address, container,
    container_name, labels, network,
    node::{Faults, Node},
    pull, sandbox_name, template_hash, volumes,
};

/// What is known of the pod as a whole while its parts are read.
pub(super) struct Context<'a> {
    pub input: &'a PodInput<'a>,
    /// `spec` of the template.
    pub pod: Node<'a>,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    pub restart: Restart,
    pub grace: Duration,
    pub fs_group: Option<u32>,
    pub template_hash: String,
    pub document: Value,
}

/// Translates one pod.
///
/// # Errors
/// Every field that cannot be honoured or read, at once. Fields are named in the API's notation, below
/// [`PodInput::field`]. Messages hold no values of Secrets.
pub fn translate(input: &PodInput<'_>) -> Result<PodSpec, Vec<FaultCause>> {
    let mut faults = Faults::default();
    let context = Context::new(input, &mut faults);
    let sandbox = context.sandbox_reasons();
    let network = network::read(&context, &mut faults);
    let sandbox = sandbox.map(|volumes| Sandbox {
        engine_name: sandbox_name(input.name, input.namespace),
        labels: context.labels_of(Role::Sandbox),
        network: network.clone(),
        shares_processes: context.pod.get("shareProcessNamespace").is_true(),
        volumes,
        restart: context.restart,
    });
    let join = || match &sandbox {
        None => Join::Own(Box::new(network.clone())),
        Some(sandbox) => {
            Join::Sandbox { engine_name: sandbox.engine_name.clone(), shares_processes: sandbox.shares_processes }
        }
    };
    let engine_name = |container: &Node<'_>, role: Role| {
        let name = container.get("name").text().unwrap_or_default();
        let own = (role != Role::Main || sandbox.is_some()).then_some(name);
        container_name(input.name, input.namespace, own)
    };
    let mut read = |container: Node<'_>, role: Role| {
        let placed = (engine_name(&container, role), without_names(join(), role));
        container::read(&context, &container, role, placed, &mut faults)
    };
    let init: Vec<ContainerSpec> = context
        .pod
        .get("initContainers")
        .items()
        .map(|container| {
            let role = init_role(&container);
            read(container, role)
        })
        .collect();
    let containers: Vec<ContainerSpec> =
        context.pod.get("containers").items().map(|container| read(container, Role::Main)).collect();
    let volumes = volumes::read(&context, &mut faults);
    let pull_secrets = pull::secrets(&context.pod, input.namespace, input.sources, &mut faults);
    let fs_group_policy = context.pod.get("securityContext").get("fsGroupChangePolicy");
    let fs_group_on_mismatch =
        faults.one_of(&fs_group_policy, &[("Always", false), ("OnRootMismatch", true)]).unwrap_or(false);
    let deadline = faults.number_in(&context.pod.get("activeDeadlineSeconds"), 1..=i64::MAX).map(Duration::from_secs);
    if !faults.0.is_empty() {
        return Err(faults.0);
    }
    let asks_for = |mark| init.iter().chain(&containers).any(|container| asks_for(container, mark));
    Ok(PodSpec {
        name: input.name.to_owned(),
        namespace: input.namespace.to_owned(),
        needs_address: asks_for(address::POD),
        needs_host_address: asks_for(address::HOST),
        labels: context.labels,
        annotations: context.annotations,
        template_hash: context.template_hash,
        restart: context.restart,
        grace: context.grace,
        deadline,
        network,
        sandbox,
        init,
        containers,
        volumes,
        fs_group: context.fs_group,
        fs_group_on_mismatch,
        pull_secrets,
        document: context.document,
    })
}

fn init_role(container: &Node<'_>) -> Role {
    if container.get("restartPolicy").text() == Some("Always") { Role::Sidecar } else { Role::Init }
}

/// An init container that has a network of its own is in nobody's way: others do not find it, and it publishes nothing.
fn without_names(join: Join, role: Role) -> Join {
    match join {
        Join::Own(mut network) if role == Role::Init => {
            network.aliases.clear();
            network.ports.clear();
            Join::Own(network)
        }
        other => other,
    }
}

/// Whether a container is told an address.
fn asks_for(container: &ContainerSpec, mark: &str) -> bool {
    let words = container.command.iter().chain(&container.args).flat_map(|words| words.iter());
    container.env.0.values().chain(words).any(|text| text.contains(mark))
}

impl<'a> Context<'a> {
    fn new(input: &'a PodInput<'a>, faults: &mut Faults) -> Self {
        let template = Node::new(input.template, input.field);
        let (metadata, pod) = (template.get("metadata"), template.get("spec"));
        let texts = |field: &str| -> BTreeMap<String, String> {
            let text = |(key, value): (&str, Node<'_>)| Some((key.to_owned(), value.value.as_str()?.to_owned()));
            metadata.get(field).entries().filter_map(text).collect()
        };
        let template_hash = template_hash(input.template);
        let mut labels = texts("labels");
        labels.extend(controller_labels(input, &template_hash));
        let annotations = texts("annotations");
        let variants = [("Always", Restart::Always), ("OnFailure", Restart::OnFailure), ("Never", Restart::Never)];
        let restart = faults.one_of(&pod.get("restartPolicy"), &variants).unwrap_or(Restart::Always);
        let grace = pod.get("terminationGracePeriodSeconds");
        let grace = faults.number_in(&grace, 0..=i64::MAX).map_or(Duration::from_secs(30), Duration::from_secs);
        let fs_group = pod.get("securityContext").get("fsGroup");
        let fs_group = faults.number_in(&fs_group, 0..=i64::from(i32::MAX));
        if pod.get("containers").items().next().is_none() {
            faults.add(&pod.get("containers"), "must have at least one container");
        }
        let document = document(input, &labels, &annotations);
        Self { input, pod, labels, annotations, restart, grace, fs_group, template_hash, document }
    }

    /// All containers.
    pub fn containers(&self) -> impl Iterator<Item = Node<'a>> {
        let of = |field: &str| self.pod.get(field).items().collect::<Vec<_>>();
        of("initContainers").into_iter().chain(of("containers"))
    }

    /// The declaration of a volume.
    pub fn volume(&self, name: &str) -> Option<Cow<'a, Value>> {
        if self.is_claim_template(name) {
            return Some(Cow::Owned(json!({})));
        }
        let volumes = self.pod.value.get("volumes").and_then(Value::as_array)?;
        volumes.iter().find(|volume| volume["name"] == name).map(Cow::Borrowed)
    }

    /// Whether a StatefulSet makes a claim of this name for each pod.
    pub fn is_claim_template(&self, name: &str) -> bool {
        self.input.claim_templates.iter().any(|template| template["metadata"]["name"] == name)
    }

    /// The labels of a container on the engine.
    pub fn labels_of(&self, role: Role) -> BTreeMap<String, String> {
        let input = self.input;
        // Those of the pod for the eyes of people; what Landfall reads is in the label that holds them all.
        let shown = self.labels.iter().filter(|(key, _)| !key.starts_with("landfall.dev/"));
        let mut labels: BTreeMap<String, String> = shown.map(|(key, value)| (key.clone(), value.clone())).collect();
        let mut set = |label: Label, value: &str| labels.insert(label.key().to_owned(), value.to_owned());
        set(Label::Environment, input.environment);
        set(Label::Namespace, input.namespace);
        set(Label::Pod, input.name);
        set(Label::PodUid, input.uid);
        set(Label::Role, role.label());
        set(Label::TemplateHash, &self.template_hash);
        set(Label::PodLabels, &json!(self.labels).to_string());
        set(Label::PodDocument, &labels::pack(&self.document));
        if let Some(owner) = input.owner {
            set(Label::OwnerKind, &owner.kind);
            set(Label::OwnerName, &owner.name);
            set(Label::OwnerUid, &owner.uid);
        }
        if let Some(ordinal) = input.ordinal {
            set(Label::Ordinal, &ordinal.to_string());
        }
        labels
    }

    /// The volumes that a sandbox has to keep alive; `None` if the pod needs no sandbox.
    ///
    /// A pod with one container goes without: the engine starts such a container again after it was stopped itself,
    /// which it does not do reliably for containers that join another one.
    fn sandbox_reasons(&self) -> Option<Vec<String>> {
        let init = self.pod.get("initContainers");
        let sidecars = init.items().filter(|container| init_role(container) == Role::Sidecar).count();
        let run_together = sidecars + self.pod.get("containers").items().count();
        let in_memory: Vec<String> = self
            .pod
            .get("volumes")
            .items()
            .filter(|volume| volume.get("emptyDir").get("medium").text() == Some("Memory"))
            .filter_map(|volume| volume.get("name").text().map(str::to_owned))
            .filter(|name| self.containers().filter(|container| mounts(container, name)).count() > 1)
            .collect();
        let address = ["status.podIP", "status.podIPs"];
        let is_address = |variable: Node<'_>| {
            let path = variable.get("valueFrom").get("fieldRef").get("fieldPath").text();
            path.is_some_and(|path| address.contains(&path))
        };
        let is_told_address = !self.pod.get("hostNetwork").is_true()
            && self.containers().any(|container| container.get("env").items().any(is_address));
        let is_needed = run_together > 1
            || !in_memory.is_empty()
            || is_told_address
            || self.pod.get("shareProcessNamespace").is_true();
        is_needed.then_some(in_memory)
    }
}

fn mounts(container: &Node<'_>, volume: &str) -> bool {
    container.get("volumeMounts").items().any(|mount| mount.get("name").text() == Some(volume))
}

/// The labels that the controllers of Kubernetes add to their pods.
fn controller_labels(input: &PodInput<'_>, template_hash: &str) -> Vec<(String, String)> {
    let Some(owner) = input.owner else { return Vec::new() };
    let ordinal = input.ordinal.map(|ordinal| ordinal.to_string());
    let mut labels = match owner.kind.as_str() {
        "Deployment" => vec![("pod-template-hash", template_hash.to_owned())],
        "DaemonSet" => vec![("controller-revision-hash", template_hash.to_owned())],
        "StatefulSet" => vec![
            ("controller-revision-hash", template_hash.to_owned()),
            ("statefulset.kubernetes.io/pod-name", input.name.to_owned()),
        ],
        "Job" => vec![
            ("batch.kubernetes.io/job-name", owner.name.clone()),
            ("job-name", owner.name.clone()),
            ("batch.kubernetes.io/controller-uid", owner.uid.clone()),
            ("controller-uid", owner.uid.clone()),
        ],
        _ => Vec::new(),
    };
    match (owner.kind.as_str(), ordinal) {
        ("StatefulSet", Some(ordinal)) => labels.push(("apps.kubernetes.io/pod-index", ordinal)),
        ("Job", Some(ordinal)) => labels.push(("batch.kubernetes.io/job-completion-index", ordinal)),
        _ => {}
    }
    labels.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn document(input: &PodInput<'_>, labels: &BTreeMap<String, String>, annotations: &BTreeMap<String, String>) -> Value {
    let mut metadata = json!({
        "name": input.name, "namespace": input.namespace, "uid": input.uid, "labels": labels, "annotations": annotations,
    });
    if let Some(owner) = input.owner {
        metadata["ownerReferences"] =
            json!([{"kind": owner.kind, "name": owner.name, "uid": owner.uid, "controller": true}]);
    }
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": input.template["spec"]})
}
