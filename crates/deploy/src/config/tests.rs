//! `landfall.yaml` as it is read, and what is told of mistakes in it.

use super::*;

fn read(text: &str) -> Result<Config, String> {
    let source = Arc::new(Source { path: FILE_NAME.into(), text: text.into() });
    Config::read(&source).map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

#[test]
fn reads_the_smallest_and_the_largest() {
    let small =
        read("name: shop\nenvironments:\n  prod: {branch: main, paths: [base], target: {kubernetes: {}}}\n").unwrap();
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
    let given =
        "{docker: {host: 'tcp://shop.example.com:2376', certificates: {file: /etc/landfall/shop}, namespace: shop}}";
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
    assert_eq!(std::fs::read_to_string(path).unwrap(), schema, "run the test with LANDFALL_BLESS=1 to write it anew");
}
