//! `landfall.yaml`: all the configuration, in the root of the deployment repository.

mod edit;
pub mod notifications;
mod paused;
mod validate;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use landfall_core::{
    diagnostic::{CONFIGURATION, Diagnostic, Source},
    health::ReadyConditions,
    selector::Selector,
    yaml::{self, Node},
};
use landfall_journal::NewSink;
use schemars::JsonSchema;
use serde::Deserialize;

pub use edit::with_pause;
pub use paused::Paused;

use self::notifications::Sink;

/// The name of the file.
pub const FILE_NAME: &str = CONFIGURATION;

/// How the address of a Docker engine begins.
const DOCKER_HOSTS: [&str; 5] = ["unix:///", "tcp://", "http://", "https://", "ssh://"];

const DOCUMENTATION: &str = "docs/configuration.md describes every field of landfall.yaml";

/// The configuration of a deployment repository.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The name of what is deployed. Objects belong to it by the label `deploy: NAME`.
    pub name: String,
    /// The places to deploy to, by their names.
    pub environments: BTreeMap<String, Environment>,
    /// The condition that says that an object of a custom kind is live, by kind and group:
    /// `Widget.example.com: Established`. Kinds that are not named here are live by the usual ones: `Ready`, `Available`,
    /// `Healthy`, `Programmed`, `Accepted`. The annotation `landfall.dev/ready-condition` of an object wins.
    #[serde(default)]
    pub ready_conditions: BTreeMap<String, String>,
    /// Who is told of deploys, by names of your choice. Only that of the newest commit of the default branch counts.
    #[serde(default)]
    pub notifications: BTreeMap<String, Sink>,
}

/// A place to deploy to.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Environment {
    /// The branch whose commits are deployed.
    pub branch: String,
    /// Folders and files of manifests, from the root of the repository. Folders are read with all folders in them.
    pub paths: Vec<String>,
    /// Which objects belong to the environment: a label selector. `deploy=NAME` where it is left out.
    #[serde(default)]
    pub selector: Option<String>,
    /// Where the objects live.
    pub target: TargetConfig,
    /// The share of its objects, in per cent, that one deploy may prune without their approval by name. 50 where it is
    /// left out.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100))]
    pub max_prune_share: Option<u8>,
    /// What `landfall serve` does about objects that somebody else has changed: `correct`, `report` or `ignore`.
    #[serde(default)]
    pub drift: DriftMode,
    /// That nothing is deployed for now, and why: `landfall pause`.
    #[serde(default)]
    pub paused: Option<Paused>,
}

/// What to do about changes by others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DriftMode {
    /// What was applied is applied again.
    #[default]
    Correct,
    /// It is told, and left as it is.
    Report,
    /// Nobody looks.
    Ignore,
}

/// Where objects live: `{kubernetes: {...}}` or `{docker: {...}}`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum TargetConfig {
    /// A Kubernetes cluster.
    Kubernetes(KubernetesConfig),
    /// One host with a Docker engine, or Podman.
    Docker(DockerConfig),
}

/// A Kubernetes cluster.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KubernetesConfig {
    /// The context of the kubeconfig; the current one where it is left out.
    #[serde(default)]
    pub context: Option<String>,
    /// The namespace of objects that name none; that of the context where it is left out.
    #[serde(default)]
    pub namespace: Option<String>,
    /// What the journal calls the cluster, so that who reaches it by another address, such as from inside, has the same
    /// timeline; its address where it is left out.
    #[serde(default)]
    pub name: Option<String>,
    /// Where the kubeconfig is; `KUBECONFIG` or `~/.kube/config` where it is left out.
    #[serde(default)]
    pub kubeconfig: Option<Reference>,
}

/// One host with a Docker engine, or Podman.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DockerConfig {
    /// Where the engine is: `unix:///PATH`, `tcp://HOST:PORT` or `ssh://USER@HOST`; that of `DOCKER_HOST`, or this
    /// machine's, where it is left out.
    #[serde(default)]
    pub host: Option<String>,
    /// The folder with `ca.pem`, `cert.pem` and `key.pem` for an engine at `tcp://`; `DOCKER_CERT_PATH` where it is left
    /// out and `DOCKER_TLS_VERIFY` is set.
    #[serde(default)]
    pub certificates: Option<Reference>,
    /// The namespace of objects that name none; `default` where it is left out.
    #[serde(default)]
    pub namespace: Option<String>,
}

/// Something that differs from place to place or is secret, and therefore is not in the repository.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Reference {
    /// An environment variable with this name.
    Env(String),
    /// A file at this path.
    File(PathBuf),
}

impl Config {
    /// Reads the configuration.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn read(source: &Arc<Source>) -> Result<Self, Vec<Diagnostic>> {
        let documents = yaml::parse(source)?;
        let root = match documents.as_slice() {
            [only] => &only.root,
            [] => return Err(vec![Diagnostic::of_file(&source.path, "The file is empty").hint(DOCUMENTATION)]),
            [_, second, ..] => {
                let start = second.span.start..second.span.start;
                return Err(vec![
                    Diagnostic::at(source, start, "The file has more than one document").hint(DOCUMENTATION),
                ]);
            }
        };
        let faults = validate::validate(source, schemars::schema_for!(Self).as_value(), root);
        if !faults.is_empty() {
            return Err(faults);
        }
        let unreadable =
            |error: serde_json::Error| vec![Diagnostic::of_file(&source.path, error.to_string()).hint(DOCUMENTATION)];
        let config: Self = serde_json::from_value(root.to_json()).map_err(unreadable)?;
        let faults = config.check(source, root);
        if faults.is_empty() { Ok(config) } else { Err(faults) }
    }

    /// Which conditions say that objects of custom kinds are live.
    pub fn ready_conditions(&self) -> ReadyConditions {
        // Names that are none were refused by `Self::read`.
        let kind_of =
            |(name, condition): (&String, &String)| Some((ReadyConditions::parse_kind(name).ok()?, condition.clone()));
        self.ready_conditions.iter().filter_map(kind_of).collect()
    }

    /// Who is told of deploys, as the journal keeps it.
    pub fn sinks(&self) -> Vec<NewSink> {
        notifications::new_sinks(&self.notifications)
    }

    /// What the schema cannot tell.
    fn check(&self, source: &Arc<Source>, root: &Node) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        let mut fault = |pointer: &[&str], message: String, hint: &str| {
            let fault = Diagnostic::at(source, root.span_at(pointer), message);
            faults.push(if hint.is_empty() { fault } else { fault.hint(hint) });
        };
        if Selector::parse(&format!("deploy={}", self.name)).is_err() {
            let message = format!("The name '{}' cannot be the value of a label", self.name);
            fault(&["name"], message, "Use at most 63 letters, digits, `-`, `_` and `.`");
        }
        if self.environments.is_empty() {
            fault(&["environments"], "There are no environments".to_owned(), DOCUMENTATION);
        }
        for name in self.ready_conditions.keys() {
            if let Err(why) = ReadyConditions::parse_kind(name) {
                fault(
                    &["readyConditions", name],
                    format!("'{name}' {why}"),
                    "Name a custom kind with its group: `Widget.example.com: Established`",
                );
            }
        }
        for (name, sink) in &self.notifications {
            for (at, message, hint) in sink.faults(&self.environments) {
                let pointer: Vec<&str> =
                    ["notifications", name].into_iter().chain(at.iter().map(String::as_str)).collect();
                fault(&pointer, message, &hint);
            }
        }
        for (name, environment) in &self.environments {
            if environment.paths.is_empty() {
                let message = format!("The environment '{name}' has no paths");
                fault(
                    &["environments", name, "paths"],
                    message,
                    "Name the folders of its manifests, such as `paths: [base]`",
                );
            }
            for (index, path) in environment.paths.iter().enumerate() {
                if path.starts_with('/') || path.split('/').any(|part| part == "..") {
                    let message = format!("The path '{path}' leads out of the repository");
                    let pointer = ["environments", name, "paths", &index.to_string()];
                    fault(&pointer, message, "Name it from the root of the repository");
                }
            }
            if let TargetConfig::Docker(DockerConfig { host: Some(host), .. }) = &environment.target
                && !DOCKER_HOSTS.iter().any(|scheme| host.starts_with(scheme))
            {
                fault(
                    &["environments", name, "target", "docker", "host"],
                    format!("'{host}' is not the address of a Docker engine"),
                    "Write unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST, or leave it out for the engine of $DOCKER_HOST, or else \
                     this machine's",
                );
            }
            if let Some(until) = environment.paused.as_ref().and_then(|paused| paused.until.as_deref())
                && until.parse::<landfall_journal::Time>().is_err()
            {
                fault(
                    &["environments", name, "paused", "until"],
                    format!("'{until}' is not a time"),
                    "Write it with its offset from UTC, such as 2026-11-25T18:00:00Z or 2026-11-25T19:00:00+01:00",
                );
            }
            if let Some(Err(error)) = environment.selector.as_deref().map(Selector::parse) {
                fault(&["environments", name, "selector"], error.to_string().trim_end_matches('.').to_owned(), "");
            }
        }
        faults
    }
}

impl Environment {
    /// Which objects belong to the environment.
    pub fn selector(&self, name: &str) -> Selector {
        let text = self.selector.clone().unwrap_or_else(|| format!("deploy={name}"));
        // Read before, by `Config::read`; a name that is no label value selects nothing rather than everything.
        Selector::parse(&text).unwrap_or_else(|_| Selector::nothing())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, String> {
        let source = Arc::new(Source { path: FILE_NAME.into(), text: text.into() });
        Config::read(&source).map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn reads_the_smallest_and_the_largest() {
        let small =
            read("name: shop\nenvironments:\n  prod: {branch: main, paths: [base], target: {kubernetes: {}}}\n")
                .unwrap();
        let environment = &small.environments["prod"];
        assert_eq!(environment.selector(&small.name).to_string(), "deploy=shop");
        let large = read(
            "name: shop
environments:
  prod:
    branch: main
    paths: [base, extra/prod]
    selector: deploy=shop,tier!=test
    target:
      kubernetes: {context: prod, namespace: shop, kubeconfig: {env: PROD_KUBECONFIG}}
    maxPruneShare: 80
readyConditions: {Widget.example.com: Established}
",
        )
        .unwrap();
        let environment = &large.environments["prod"];
        assert_eq!(environment.selector(&large.name).to_string(), "deploy=shop,tier!=test");
        assert_eq!(large.ready_conditions, BTreeMap::from([("Widget.example.com".into(), "Established".into())]));
        let TargetConfig::Kubernetes(kubernetes) = &environment.target else { panic!("{:?}", environment.target) };
        assert_eq!(kubernetes.kubeconfig, Some(Reference::Env("PROD_KUBECONFIG".into())));
    }

    #[test]
    fn reads_one_host() {
        let docker = |target: &str| {
            let text = format!("name: a\nenvironments:\n  b: {{branch: main, paths: [c], target: {target}}}\n");
            match &read(&text)?.environments["b"].target {
                TargetConfig::Docker(docker) => Ok(docker.clone()),
                TargetConfig::Kubernetes(_) => Err("a cluster".to_owned()),
            }
        };
        assert_eq!(docker("{docker: {}}").unwrap(), DockerConfig::default());
        let expected = DockerConfig {
            host: Some("tcp://shop.example.com:2376".into()),
            certificates: Some(Reference::File("/etc/landfall/shop".into())),
            namespace: Some("shop".into()),
        };
        let given = "{docker: {host: 'tcp://shop.example.com:2376', certificates: {file: /etc/landfall/shop}, namespace: shop}}";
        assert_eq!(docker(given).unwrap(), expected);
        let fault = |target: &str| docker(target).unwrap_err();
        insta::assert_snapshot!(fault("{docker: {host: shop.example.com}}"), @"landfall.yaml:3:57: 'shop.example.com' is not the address of a Docker engine");
        insta::assert_snapshot!(fault("{docker: {hots: x}}"), @"landfall.yaml:3:51: The field `hots` is unknown; did you mean `host`?");
        insta::assert_snapshot!(fault("{dokcer: {}}"), @"landfall.yaml:3:42: The field `dokcer` is unknown; did you mean `docker`?");
        insta::assert_snapshot!(fault("{docker: {}, kubernetes: {}}"), @"landfall.yaml:3:33: `target` must be `{kubernetes: {...}}` or `{docker: {...}}`");
        insta::assert_snapshot!(fault("{docker: null}"), @"landfall.yaml:3:42: `docker` must be a map of fields, but it is empty");
        insta::assert_snapshot!(fault("docker"), @"landfall.yaml:3:33: `target` must be `{kubernetes: {...}}` or `{docker: {...}}`");
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let environment = |more: &str| {
            format!("name: shop\nenvironments:\n  prod: {{branch: main, target: {{kubernetes: {{}}}}, {more}}}\n")
        };
        let fault = |text: &str| read(text).unwrap_err();
        insta::assert_snapshot!(fault(&environment("paths: [base], pathz: [x]")), @"landfall.yaml:3:65: The field `pathz` is unknown; did you mean `paths`?");
        insta::assert_snapshot!(fault("name: shop\n"), @"landfall.yaml:1:1: `environments` is missing in landfall.yaml");
        insta::assert_snapshot!(fault(&environment("paths: [../x]")), @"landfall.yaml:3:58: The path '../x' leads out of the repository");
        insta::assert_snapshot!(fault(&environment("paths: [x], selector: '=x'")), @"landfall.yaml:3:72: The selector '=x' cannot be read: '' is not a label key. Write it as kubectl's -l: 'deploy=NAME', 'tier in (web,api)', '!legacy'");
        let conditions = |text: &str| format!("{}readyConditions: {{{text}}}\n", environment("paths: [base]"));
        insta::assert_snapshot!(fault(&conditions("widgets.example.com: Established")), @"landfall.yaml:4:40: 'widgets.example.com' is not a kind with its group");
        insta::assert_snapshot!(fault(&conditions("Deployment.apps: Available")), @"landfall.yaml:4:36: 'Deployment.apps' is live by rules of its own");
        insta::assert_snapshot!(fault(&conditions("Widget.example.com: true")), @"landfall.yaml:4:39: `Widget.example.com` must be a text, but it is a boolean");
        let sinks = |text: &str| format!("{}notifications: {{{text}}}\n", environment("paths: [base]"));
        insta::assert_snapshot!(fault(&sinks("team: {slack: {webhook: 'https://hooks.slack.com/x'}}")), @"landfall.yaml:4:32: `webhook` must be `{env: ENV}` or `{file: FILE}`");
        insta::assert_snapshot!(fault(&sinks("team: {environments: [prod]}")), @"landfall.yaml:4:17: A sink must have just one of slack, teams, discord, mattermost, webhook, email, grafana, github, gitlab or gitea");
        insta::assert_snapshot!(fault(&sinks("team: {slack: {token: {env: A}}}")), @"landfall.yaml:4:24: Slack needs either `webhook`, or `token` and `channel`");
        insta::assert_snapshot!(fault(&sinks("team: {slack: {webhook: {env: A}}, environments: [test], events: [life]}")), @r"
        landfall.yaml:4:67: There is no environment 'test'
        landfall.yaml:4:83: There is no event 'life'
        ");
        insta::assert_snapshot!(fault(&sinks("team: {email: {server: mail, from: a@b, to: [a@b], password: {env: A}}}")), @r"
        landfall.yaml:4:40: This is not the address of a mail server
        landfall.yaml:4:24: `username` and `password` belong together
        ");
        insta::assert_snapshot!(fault(&environment("paths: [base], drift: reprot")), @"landfall.yaml:3:72: `drift` must be one of `correct`, `report`, `ignore`");
        insta::assert_snapshot!(fault("name: [\n"), @"landfall.yaml:1:7: The bracket is not closed");
    }

    #[test]
    fn sinks_are_told_what_suits_them() {
        let config = read(
            "name: shop
environments:
  prod: {branch: main, paths: [base], target: {kubernetes: {}}}
notifications:
  team: {slack: {webhook: {env: SLACK_WEBHOOK}}, environments: [prod], events: [live, failed]}
  bot: {slack: {token: {file: /run/token}, channel: C1}}
  forge: {gitea: {token: {env: TOKEN}}}
  mail: {email: {server: 'smtp://mail:587', from: a@b, to: [c@d]}}
",
        )
        .unwrap();
        let words = |sink: NewSink| {
            let events = sink.events.iter().map(|event| event.as_str()).collect::<Vec<_>>().join(" ");
            format!("{} {} {:?} {events}", sink.name, sink.kind, sink.environments)
        };
        insta::assert_snapshot!(config.sinks().into_iter().map(words).collect::<Vec<_>>().join("\n"), @r#"
        bot slack [] began live recovered applied refused failed superseded stopped interrupted drifted mended fight paused resumed
        forge gitea [] began live recovered applied refused failed superseded stopped interrupted
        mail email [] live recovered applied refused failed drifted mended fight paused resumed
        team slack ["prod"] live failed
        "#);
    }

    #[test]
    fn schema_is_the_one_that_is_checked_in() {
        let schema = serde_json::to_string_pretty(&schemars::schema_for!(Config)).unwrap() + "\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/landfall.schema.json");
        if std::env::var_os("LANDFALL_BLESS").is_some() {
            std::fs::write(path, &schema).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            schema,
            "run the test with LANDFALL_BLESS=1 to write it anew"
        );
    }
}
