//! `landfall.yaml`: all the configuration, in the root of the deployment repository.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use landfall_core::{
    diagnostic::{Diagnostic, Source},
    selector::Selector,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// The name of the file.
pub const FILE_NAME: &str = "landfall.yaml";

/// The configuration of a deployment repository.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The name of what is deployed. Objects belong to it by the label `deploy: NAME`.
    pub name: String,
    /// The places to deploy to, by their names.
    pub environments: BTreeMap<String, Environment>,
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
}

/// Where objects live.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TargetConfig {
    /// A Kubernetes cluster.
    pub kubernetes: KubernetesConfig,
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
    /// Where the kubeconfig is; `KUBECONFIG` or `~/.kube/config` where it is left out.
    #[serde(default)]
    pub kubeconfig: Option<Reference>,
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
        let config: Self = serde_saphyr::from_str(&source.text).map_err(|error| vec![fault(source, &error)])?;
        let mut faults = Vec::new();
        for (name, environment) in &config.environments {
            if let Some(Err(error)) = environment.selector.as_deref().map(Selector::parse) {
                faults.push(Diagnostic::at(
                    source,
                    find(source, environment.selector.as_deref().unwrap_or(name)),
                    error.to_string(),
                ));
            }
            if environment.paths.is_empty() {
                faults.push(
                    Diagnostic::at(source, find(source, name), format!("The environment '{name}' has no paths"))
                        .hint("name the folders of its manifests, such as paths: [base]"),
                );
            }
            for path in environment
                .paths
                .iter()
                .filter(|path| path.starts_with('/') || path.split('/').any(|part| part == ".."))
            {
                faults.push(
                    Diagnostic::at(
                        source,
                        find(source, path),
                        format!("The path '{path}' leads out of the repository"),
                    )
                    .hint("name it from the root of the repository"),
                );
            }
            if environment.max_prune_share.is_some_and(|share| share > 100) {
                faults.push(Diagnostic::at(
                    source,
                    find(source, "maxPruneShare"),
                    "maxPruneShare is more than 100 per cent",
                ));
            }
        }
        if faults.is_empty() { Ok(config) } else { Err(faults) }
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

/// The bytes of a text of the file that is known to be there.
fn find(source: &Source, text: &str) -> std::ops::Range<usize> {
    source.text.find(text).map_or(0..0, |start| start..start + text.len())
}

fn fault(source: &Arc<Source>, error: &serde_saphyr::Error) -> Diagnostic {
    let (line, column) =
        error.location().map_or((1, 1), |location| (location.line() as usize, location.column() as usize));
    let start: usize = source.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = source.text.get(start..).unwrap_or_default();
    let offset = start + rest.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum::<usize>();
    let end =
        source.text.get(offset..).and_then(|rest| rest.find(['\n', ':'])).map_or(offset, |length| offset + length);
    let message = error.without_snippet().to_string();
    let message = message.split(" at line").next().unwrap_or(&message).trim().to_owned();
    Diagnostic::at(source, offset..end, message).hint("docs/configuration.md describes every field of landfall.yaml")
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
",
        )
        .unwrap();
        let environment = &large.environments["prod"];
        assert_eq!(environment.selector(&large.name).to_string(), "deploy=shop,tier!=test");
        assert_eq!(environment.target.kubernetes.kubeconfig, Some(Reference::Env("PROD_KUBECONFIG".into())));
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let environment = |more: &str| {
            format!("name: shop\nenvironments:\n  prod: {{branch: main, target: {{kubernetes: {{}}}}, {more}}}\n")
        };
        let fault = |text: &str| read(text).unwrap_err();
        insta::assert_snapshot!(fault(&environment("paths: [base], pathz: [x]")), @"landfall.yaml:3:71: unknown field `pathz`, expected one of branch, paths, selector, target, maxPruneShare");
        insta::assert_snapshot!(fault("name: shop\n"), @"landfall.yaml:1:1: missing field `environments`");
        insta::assert_snapshot!(fault(&environment("paths: [../x]")), @"landfall.yaml:3:61: The path '../x' leads out of the repository");
        insta::assert_snapshot!(fault(&environment("paths: [x], selector: '=x'")), @"");
        insta::assert_snapshot!(fault("name: [\n"), @"");
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
