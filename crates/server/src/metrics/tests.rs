use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use landfall_core::order::Step;
use landfall_deploy::follow::{Ended, Environment, Phase, Repository};
use landfall_git::{Commit, GitTime, Revision, Signature};
use landfall_journal::{DeliveryState, Outcome};

use super::*;

const SHOP: &str = "https://host/shop";

fn commit() -> Box<Commit> {
    let person = || Signature { name: "Ada".into(), email: String::new(), time: GitTime::default() };
    Box::new(Commit {
        id: Revision::parse(&"a".repeat(40)).unwrap(),
        parents: Vec::new(),
        author: person(),
        committer: person(),
        subject: "Go".into(),
        message: "Go".into(),
    })
}

/// One of everything.
fn used() -> (Metrics, Standing) {
    let metrics = Metrics::default();
    let environment = "prod".to_owned();
    metrics.looked(SHOP, Duration::from_millis(70), false);
    metrics.looked(SHOP, Duration::from_millis(30), true);
    metrics.tell(SHOP, &News::Begins { environment: environment.clone(), commit: commit() });
    for _ in 0..2 {
        metrics.step(SHOP, "prod", &Event::Applying { step: Step::Rest, total: 1 });
    }
    let (outcome, again) = (Outcome::NotLive, Duration::ZERO);
    metrics.tell(SHOP, &News::FailedAgain { environment: environment.clone(), outcome, again });
    let (ended, what, outcome) = (Ended::Done, String::new(), Outcome::Live);
    metrics.tell(SHOP, &News::Ended { environment, commit: commit(), ended, outcome, what, again: None });
    metrics.requests.answered("/deploys/{id}".into(), &axum::http::Method::GET, 404, std::time::Instant::now());
    let failed = Phase::Failed { reason: "secret words".into(), again: None };
    let environment = |phase| Environment { phase, ..Environment::default() };
    let environments = BTreeMap::from([("te\"st".to_owned(), environment(failed))]);
    let repository = Repository { faults: vec!["cannot be read: x".into()], environments, ..Repository::default() };
    (metrics, Standing { repositories: BTreeMap::from([(SHOP.to_owned(), repository)]) })
}

fn told_of() -> DeliveryCounts {
    vec![("te\"am".to_owned(), DeliveryState::Dead, 2), ("team".to_owned(), DeliveryState::Delivered, 7)]
}

#[test]
fn everything_is_counted_once() {
    let (metrics, standing) = used();
    let text = metrics.render(&standing, &told_of());
    // How long it took differs, and so does the order; how often is what counts here.
    let is_same = |line: &&str| !["_bucket{", "_sum{", "# HELP", "# UNIT"].iter().any(|part| line.contains(part));
    let lines: BTreeSet<&str> = text.lines().filter(is_same).collect();
    insta::assert_snapshot!(lines.into_iter().collect::<Vec<_>>().join("\n"), @r#"
    # EOF
    # TYPE landfall_build info
    # TYPE landfall_deploy_first_write_seconds histogram
    # TYPE landfall_deploy_live_seconds histogram
    # TYPE landfall_deploys counter
    # TYPE landfall_environment_deploying gauge
    # TYPE landfall_environment_drifted_objects gauge
    # TYPE landfall_environment_failed gauge
    # TYPE landfall_environment_fought_objects gauge
    # TYPE landfall_environment_live gauge
    # TYPE landfall_environment_paused gauge
    # TYPE landfall_environment_since_timestamp_seconds gauge
    # TYPE landfall_git_fetch_failures counter
    # TYPE landfall_git_fetch_seconds histogram
    # TYPE landfall_http_request_seconds histogram
    # TYPE landfall_http_requests counter
    # TYPE landfall_notifications gauge
    # TYPE landfall_repository_followed gauge
    landfall_build_info{version="0.1.0"} 1
    landfall_deploy_first_write_seconds_count{repository="https://host/shop",environment="prod"} 1
    landfall_deploy_live_seconds_count{repository="https://host/shop",environment="prod"} 1
    landfall_deploys_total{repository="https://host/shop",environment="prod",outcome="live"} 1
    landfall_deploys_total{repository="https://host/shop",environment="prod",outcome="notLive"} 1
    landfall_environment_deploying{repository="https://host/shop",environment="te\"st"} 0.0
    landfall_environment_drifted_objects{repository="https://host/shop",environment="te\"st"} 0.0
    landfall_environment_failed{repository="https://host/shop",environment="te\"st"} 1.0
    landfall_environment_fought_objects{repository="https://host/shop",environment="te\"st"} 0.0
    landfall_environment_live{repository="https://host/shop",environment="te\"st"} 0.0
    landfall_environment_paused{repository="https://host/shop",environment="te\"st"} 0.0
    landfall_environment_since_timestamp_seconds{repository="https://host/shop",environment="te\"st"} 0.0
    landfall_git_fetch_failures_total{repository="https://host/shop"} 1
    landfall_git_fetch_seconds_count{repository="https://host/shop"} 2
    landfall_http_request_seconds_count{route="/deploys/{id}"} 1
    landfall_http_requests_total{route="/deploys/{id}",method="GET",status="404"} 1
    landfall_notifications{sink="te\"am",state="dead"} 2
    landfall_notifications{sink="team",state="delivered"} 7
    landfall_repository_followed{repository="https://host/shop"} 0.0
    "#);
    assert_eq!(
        metrics.render(&Standing::default(), &Vec::new()).matches("environment_live{").count(),
        0,
        "what has left is gone"
    );
}

#[test]
fn every_metric_that_alerts_and_dashboards_name_is_there_and_described() {
    let (metrics, standing) = used();
    let text = metrics.render(&standing, &told_of());
    let told: BTreeSet<&str> = text.lines().filter(|line| !line.starts_with('#')).filter_map(name).collect();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    for file in ["alerts.yaml", "grafana-dashboard.json", "serve.md"] {
        let text = fs::read_to_string(docs.join(file)).unwrap();
        let named: BTreeSet<&str> = text.match_indices("landfall_").filter_map(|(at, _)| name(&text[at..])).collect();
        assert!(named.len() > 5, "{file}: {named:?}");
        for name in &named {
            let is_there = told.contains(name) || told.contains(format!("{name}_count").as_str());
            assert!(is_there, "{file} names {name}, which is not exported");
        }
    }
    let page = fs::read_to_string(docs.join("serve.md")).unwrap();
    for name in told {
        let family = ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        assert!(page.contains(&format!("`{family}`")), "docs/serve.md does not describe {family}");
    }
}

/// The name that a text begins with.
fn name(text: &str) -> Option<&str> {
    text.split(|letter: char| !letter.is_ascii_lowercase() && letter != '_').next()
}
