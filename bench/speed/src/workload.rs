//! The manifests that are applied: one object a file, a folder for each scenario.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The selector of every object.
pub const SELECTOR: &str = "deploy=load";

/// The namespace of everything, or several, in turn.
#[derive(Debug, Clone)]
pub struct Namespaces<'a>(pub Vec<&'a str>);

impl Namespaces<'_> {
    fn of(&self, index: usize) -> &str {
        self.0[index % self.0.len()]
    }
}

/// Writes `count` mixed objects: of five, one Deployment without replicas, one Service, one ServiceAccount and two
/// ConfigMaps of 1 KB.
pub fn mixed(folder: &Path, count: usize, namespace: &str) -> io::Result<()> {
    write(folder, count, |index| {
        let name = format!("load-{index:05}");
        match index % 5 {
            0 => deployment(&name, namespace),
            1 => service(&name, namespace),
            2 => head("v1", "ServiceAccount", &name, namespace),
            _ => config_map(&name, namespace, "first"),
        }
    })
}

/// Writes ConfigMaps of 1 KB, spread over namespaces.
pub fn config_maps(folder: &Path, count: usize, namespaces: &Namespaces<'_>) -> io::Result<()> {
    write(folder, count, |index| config_map(&format!("load-{index:05}"), namespaces.of(index), "first"))
}

/// Writes objects of up to eleven kinds that are as small as each allows.
pub fn kinds(folder: &Path, count: usize, kinds: usize, namespace: &str) -> io::Result<()> {
    const RULES: &str = "rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]\n";
    const REFERENCE: &str = "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: load}\nsubjects: [{kind: ServiceAccount, name: load}]\n";
    const JOB: &str = "parallelism: 0\n  template: {spec: {restartPolicy: Never, containers: [{name: main, image: 'example.com/web:1'}]}}\n";
    write(folder, count, |index| {
        let name = format!("load-{index:05}");
        let object = |version, kind, rest: &str| head(version, kind, &name, namespace) + rest;
        match index % kinds.clamp(1, MOST_KINDS) {
            0 => config_map(&name, namespace, "first"),
            1 => object("v1", "ServiceAccount", ""),
            2 => service(&name, namespace),
            3 => deployment(&name, namespace),
            4 => object("v1", "Secret", "stringData: {key: value}\n"),
            5 => object("rbac.authorization.k8s.io/v1", "Role", RULES),
            6 => object("rbac.authorization.k8s.io/v1", "RoleBinding", REFERENCE),
            7 => object(
                "policy/v1",
                "PodDisruptionBudget",
                &format!("spec:\n  minAvailable: 1\n  selector: {{matchLabels: {{app: {name}}}}}\n"),
            ),
            8 => object("networking.k8s.io/v1", "NetworkPolicy", "spec: {podSelector: {}}\n"),
            9 => object(
                "batch/v1",
                "CronJob",
                &format!("spec:\n  schedule: '0 0 1 1 *'\n  jobTemplate: {{spec: {{{}}}}}\n", in_flow(JOB)),
            ),
            _ => object(
                "networking.k8s.io/v1",
                "Ingress",
                "spec: {defaultBackend: {service: {name: load, port: {number: 80}}}}\n",
            ),
        }
    })
}

/// What [`kinds`] has.
pub const MOST_KINDS: usize = 11;

fn in_flow(block: &str) -> String {
    block.trim_end().replace("\n  ", ", ")
}

/// Changes one ConfigMap of a folder of [`mixed`] objects.
pub fn change_one(folder: &Path, namespace: &str, text: &str) -> io::Result<()> {
    fs::write(path(folder, 3), config_map("load-00003", namespace, text))
}

/// Removes the first objects from a folder.
pub fn remove_first(folder: &Path, count: usize) -> io::Result<()> {
    (0..count).try_for_each(|index| fs::remove_file(path(folder, index)))
}

/// The files of a folder.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { files.extend(self::files(&path)?) } else { files.push(path) }
    }
    files.sort();
    Ok(files)
}

fn path(folder: &Path, index: usize) -> PathBuf {
    folder.join(format!("{:02}/{index:05}.yaml", index / 100))
}

fn write(folder: &Path, count: usize, manifest: impl Fn(usize) -> String) -> io::Result<()> {
    for index in 0..count {
        let path = path(folder, index);
        if index % 100 == 0 {
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
        }
        fs::write(path, manifest(index))?;
    }
    Ok(())
}

fn head(version: &str, kind: &str, name: &str, namespace: &str) -> String {
    format!(
        "apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: {namespace}\n  labels:\n    deploy: load\n    app: {name}\n"
    )
}

fn config_map(name: &str, namespace: &str, text: &str) -> String {
    let mut manifest = head("v1", "ConfigMap", name, namespace);
    let _ = write!(manifest, "data:\n  version: {text}\n  settings: |\n");
    for line in 0..20 {
        let _ = writeln!(manifest, "    setting.{name}.{line:02} = some value that fills the line");
    }
    manifest
}

fn service(name: &str, namespace: &str) -> String {
    head("v1", "Service", name, namespace)
        + &format!(
            "spec:\n  selector:\n    app: {name}\n  ports:\n  - name: http\n    port: 80\n    targetPort: http\n"
        )
}

fn deployment(name: &str, namespace: &str) -> String {
    head("apps/v1", "Deployment", name, namespace)
        + &format!(
            "spec:
  replicas: 0
  selector:
    matchLabels:
      app: {name}
  template:
    metadata:
      labels:
        app: {name}
        deploy: load
    spec:
      containers:
      - name: main
        image: example.com/web:1.0.0
        args: [--listen, ':8080']
        env:
        - name: LOG_LEVEL
          value: info
        ports:
        - name: http
          containerPort: 8080
        readinessProbe:
          httpGet:
            path: /healthz
            port: http
        resources:
          limits:
            cpu: '2'
            memory: 2G
          requests:
            cpu: 500m
            memory: 500M
"
        )
}
