//! What is said of each kind of event, before it is dressed.

use super::{
    super::super::{grafana, webhook},
    *,
};

#[test]
fn one_text_for_each_kind() {
    let mut texts = String::new();
    for kind in EventKind::ALL {
        let mut event = event(kind);
        event.content.deploy.subject = Some("Tell more".into());
        texts += &format!("{kind}:\n{}\n", story(&event, None).plain());
    }
    insta::assert_snapshot!(texts, @"
    began:
    9f8e7d6 (Ada, Tell more) is being deployed to production

    live:
    gitserver a1b2c3 -> d4e5f6 is live in production since 14:32 UTC, 3 of 3 pods, by 9f8e7d6 (Ada, Tell more)

    recovered:
    production is live again since 14:32 UTC: gitserver a1b2c3 -> d4e5f6, 3 of 3 pods, by 9f8e7d6 (Ada, Tell more)

    Deploys had failed since 13:00 UTC

    applied:
    gitserver a1b2c3 -> d4e5f6 is written to production; nobody waited until it was live, by 9f8e7d6 (Ada, Tell more)

    refused:
    9f8e7d6 (Ada, Tell more) was refused for production; nothing was written

    base/web.yaml:3: the image is missing

    failed:
    9f8e7d6 (Ada, Tell more) will not become live in production

    statefulset/gitserver: gitserver-0 crashes: it exited with 1; its last words: <b>no disk</b> ```

    superseded:
    9f8e7d6 (Ada, Tell more) made way for a newer revision in production

    4f9d1c2 is being deployed by ada@laptop

    stopped:
    9f8e7d6 (Ada, Tell more) was stopped in production

    interrupted:
    9f8e7d6 (Ada, Tell more) was cut off in production; another deploy came after it

    serviceLive:
    gitserver a1b2c3 -> d4e5f6 is live in production since 14:32 UTC, 3 of 3 pods, by 9f8e7d6 (Ada, Tell more)

    drifted:
    1 object in production is not as 9f8e7d6 has it, and left so
    - deployment/web: spec.replicas was changed by <!here> kubectl

    mended:
    Everything in production is as 9f8e7d6 has it again since 14:32 UTC

    fight:
    What is corrected in production is undone again and again; corrections come more slowly now
    - deployment/web: spec.replicas was changed by <!here> kubectl

    paused:
    production is paused since 14:32 UTC: nothing is deployed to it
    - paused since 14:32 by Ada: Moving the database

    resumed:
    production is deployed to again since 14:32 UTC
    ");
}

#[test]
fn what_is_so_between_deploys_names_only_so_many_objects() {
    let mut event = event(EventKind::Drifted);
    event.content.facts = (0..12).map(|number| format!("configmap/c{number}: data[a] was changed")).collect();
    let story = told(&event);
    assert_eq!(story.services.len(), 11);
    insta::assert_debug_snapshot!((story.line(), &story.services[9], &story.services[10], &story.link), @r#"
    (
        "12 objects in production are not as 9f8e7d6 has it, and left so",
        "configmap/c9: data[a] was changed",
        "and 2 more",
        Some(
            "https://landfall.example.com/",
        ),
    )
    "#);
    insta::assert_snapshot!(pretty(&webhook::body(&event, &story)["data"]["subject"]), @r#"
    {
      "content": {
        "environment": {
          "id": "production"
        },
        "text": "12 objects in production are not as 9f8e7d6 has it, and left so"
      },
      "id": "production",
      "source": "/landfall/production",
      "type": "landfall-environment"
    }
    "#);
    insta::assert_snapshot!(pretty(&grafana::body(&event, &story)["tags"]), @r#"
    [
      "landfall",
      "environment",
      "production",
      "drifted"
    ]
    "#);
}

#[test]
fn services_of_one_deploy_are_one_message() {
    let mut event = event(EventKind::Live);
    event.content.deploy.subject = Some("Update all".into());
    event.content.images.push(image("web", None, Some("1.0")));
    event.content.images.push(image("old", Some("0.9"), None));
    let mut sidecar = image("gitserver", Some("2"), Some("3"));
    sidecar.container = "exporter".into();
    event.content.images.insert(1, sidecar);
    insta::assert_snapshot!(told(&event).plain(), @r"
    3 services are live in production since 14:32 UTC, by 9f8e7d6 (Ada, Update all)
    - gitserver gitserver: a1b2c3 -> d4e5f6, exporter: 2 -> 3, 3 of 3 pods
    - web 1.0 (new)
    - old 0.9 (removed)

    https://landfall.example.com/deploys/01kb0000000000000000000000
    ");
    event.content.images.clear();
    insta::assert_snapshot!(told(&event).plain(), @r"
    Everything is live in production since 14:32 UTC, by 9f8e7d6 (Ada, Update all)

    1 updated

    https://landfall.example.com/deploys/01kb0000000000000000000000
    ");
}
