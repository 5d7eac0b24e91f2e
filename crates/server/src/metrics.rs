//! Numbers for Prometheus, in its text format: <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::{fmt::Write as _, sync::Arc};

use axum::{extract::State, http::header, response::IntoResponse};
use landfall_deploy::follow::{Environment, Phase, Standing};

use crate::app::App;

/// All metrics. Their labels are names of repositories and environments: their number does not grow with deploys.
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], render(&app.board.read()))
}

type Value = fn(&Environment) -> f64;

const OF_ENVIRONMENTS: [(&str, &str, Value); 5] = [
    ("landfall_environment_live", "Whether the newest commit of the branch is live.", |environment| {
        f64::from(u8::from(environment.phase == Phase::Done && environment.paused.is_none()))
    }),
    ("landfall_environment_failed", "Whether the newest commit of the branch could not be made live.", |environment| {
        f64::from(u8::from(matches!(environment.phase, Phase::Failed { .. })))
    }),
    ("landfall_environment_deploying", "Whether a commit is being deployed.", |environment| {
        f64::from(u8::from(matches!(environment.phase, Phase::Writing | Phase::Rolling)))
    }),
    ("landfall_environment_paused", "Whether nothing is deployed, since it is paused.", |environment| {
        f64::from(u8::from(environment.paused.is_some()))
    }),
    ("landfall_environment_phase_since_seconds", "Since when it is so, in seconds since 1970.", |environment| {
        environment.since.map_or(0.0, |since| since.as_millis() as f64 / 1000.0)
    }),
];

fn render(standing: &Standing) -> String {
    let mut text = String::new();
    let mut metric = |name: &str, help: &str, samples: Vec<(String, f64)>| {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
        for (labels, value) in samples {
            let _ = writeln!(text, "{name}{{{labels}}} {value}");
        }
    };
    let readable = standing.repositories.iter().map(|(address, repository)| {
        (format!("repository=\"{}\"", escaped(address)), f64::from(u8::from(repository.faults.is_empty())))
    });
    metric(
        "landfall_repository_followed",
        "Whether the repository and its newest configuration can be read.",
        readable.collect(),
    );
    for (name, help, value) in OF_ENVIRONMENTS {
        let mut samples = Vec::new();
        for (address, repository) in &standing.repositories {
            for (environment, state) in &repository.environments {
                let labels = format!("repository=\"{}\",environment=\"{}\"", escaped(address), escaped(environment));
                samples.push((labels, value(state)));
            }
        }
        metric(name, help, samples);
    }
    text
}

/// The value of a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use landfall_deploy::follow::Repository;

    use super::*;

    #[test]
    fn one_line_for_each_environment() {
        let environment = |phase| Environment { phase, ..Environment::default() };
        let failed = Phase::Failed { reason: "secret words".into(), again: None };
        let environments =
            BTreeMap::from([("prod".to_owned(), environment(Phase::Done)), ("te\"st".to_owned(), environment(failed))]);
        let repository = Repository { faults: vec!["cannot be read: x".into()], environments, ..Repository::default() };
        let standing = Standing { repositories: BTreeMap::from([("https://host/shop".to_owned(), repository)]) };
        insta::assert_snapshot!(render(&standing), @r#"
        # HELP landfall_repository_followed Whether the repository and its newest configuration can be read.
        # TYPE landfall_repository_followed gauge
        landfall_repository_followed{repository="https://host/shop"} 0
        # HELP landfall_environment_live Whether the newest commit of the branch is live.
        # TYPE landfall_environment_live gauge
        landfall_environment_live{repository="https://host/shop",environment="prod"} 1
        landfall_environment_live{repository="https://host/shop",environment="te\"st"} 0
        # HELP landfall_environment_failed Whether the newest commit of the branch could not be made live.
        # TYPE landfall_environment_failed gauge
        landfall_environment_failed{repository="https://host/shop",environment="prod"} 0
        landfall_environment_failed{repository="https://host/shop",environment="te\"st"} 1
        # HELP landfall_environment_deploying Whether a commit is being deployed.
        # TYPE landfall_environment_deploying gauge
        landfall_environment_deploying{repository="https://host/shop",environment="prod"} 0
        landfall_environment_deploying{repository="https://host/shop",environment="te\"st"} 0
        # HELP landfall_environment_paused Whether nothing is deployed, since it is paused.
        # TYPE landfall_environment_paused gauge
        landfall_environment_paused{repository="https://host/shop",environment="prod"} 0
        landfall_environment_paused{repository="https://host/shop",environment="te\"st"} 0
        # HELP landfall_environment_phase_since_seconds Since when it is so, in seconds since 1970.
        # TYPE landfall_environment_phase_since_seconds gauge
        landfall_environment_phase_since_seconds{repository="https://host/shop",environment="prod"} 0
        landfall_environment_phase_since_seconds{repository="https://host/shop",environment="te\"st"} 0
        "#);
    }
}
