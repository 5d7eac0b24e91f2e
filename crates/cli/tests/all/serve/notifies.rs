//! People are told of what happens: each thing once, in order, and also after a kill.

use super::{CONFIG, Serving, level, open, receiver::Receiver, set_level, with_drift};
use crate::shop::Shop;

/// A value that must never leave the cluster.
const CANARY: &str = "canary-3f9c1e7a";

/// A shop that tells a program.
fn telling(receiver: &Receiver, more: &str) -> Shop<'static> {
    let shop = open();
    shop.write("../home/url", &receiver.url).write("../home/key", "KEY-OF-SINK");
    let home = shop.work.dir().parent().unwrap().join("home").display().to_string();
    let sinks = format!(
        "notifications:\n  hook:\n    webhook: {{url: {{file: {home}/url}}, secret: {{file: {home}/key}}}}\n{more}"
    );
    shop.write("landfall.yaml", &(CONFIG.to_owned() + &sinks));
    shop.work.commit("Tell a program");
    shop
}

/// `landfall notifications`, without what differs from run to run.
fn left(shop: &Shop<'_>) -> String {
    let ran = shop.landfall(&["notifications"]);
    format!("{}{}", ran.stdout, ran.stderr)
}

#[test]
fn tells_each_thing_once() {
    let receiver = Receiver::start();
    let shop = telling(&receiver, "");
    shop.write(
        "base/secret.yaml",
        &format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: keys, labels: {{deploy: $NS}}}}\nstringData: {{key: {CANARY}}}\n"
        ),
    );
    shop.work.commit("Add a key");
    let serving =
        Serving::start_with(&shop, &["--listen", "127.0.0.1:0", "--public-url", "https://landfall.example.com/"]);
    receiver.until(2);
    level(&shop, "debug");
    shop.work.commit("Tell more");
    receiver.until(4);
    // Faults in manifests are told once, and that it is live again.
    shop.write("base/settings.yaml", "kind: [\n");
    shop.work.commit("Break it");
    receiver.until(5);
    level(&shop, "trace");
    shop.work.commit("Mend it");
    receiver.until(7);
    level(&shop, "warn");
    shop.work.commit("Warn");
    serving.until_page("/metrics", "landfall_notifications{sink=\"hook\",state=\"delivered\"}");
    receiver.until(9);
    serving.until_page("/notifications", "Every notification was delivered");
    serving.until_page("/api/v1/notifications", r#""kind":"Notifications","notifications":[],"stoppedSinks":[]"#);
    let said = serving.end();
    assert_eq!(receiver.kinds(), "began live began live failed began recovered began live");
    let bodies = receiver.bodies().join("\n");
    assert!(bodies.contains("https://landfall.example.com/deploys/01"), "{bodies}");
    assert!(bodies.contains("Mend it"), "{bodies}");
    assert_eq!(left(&shop), "Every notification was delivered\n");
    let state = shop.work.dir().parent().unwrap().join("home/.local/state/landfall");
    let mut everything = said + &bodies;
    for file in std::fs::read_dir(state).unwrap() {
        everything += &String::from_utf8_lossy(&std::fs::read(file.unwrap().path()).unwrap());
    }
    for secret in [CANARY, "SECRET-PATH-OF-SINK", "KEY-OF-SINK"] {
        assert!(!everything.contains(secret), "{secret} got out");
    }
}

#[test]
fn what_is_so_between_deploys_is_told_once() {
    let receiver = Receiver::start();
    let shop = telling(&receiver, "");
    let config = std::fs::read_to_string(shop.work.dir().join("landfall.yaml")).unwrap();
    shop.write("landfall.yaml", &with_drift(&config, "report"));
    shop.work.commit("Report only");
    shop.work.git(&["config", "user.name", "Ada"]);
    shop.work.git(&["config", "user.email", "ada@example.com"]);
    let serving = Serving::start(&shop);
    receiver.until(2);
    set_level(&shop, "wrong");
    receiver.until(3);
    // Another process sees the same, which is no news; nor is another value.
    serving.end();
    let serving = Serving::start(&shop);
    serving.until("was changed by kubectl-patch");
    set_level(&shop, "worse");
    set_level(&shop, "info");
    receiver.until(4);
    shop.landfall(&["pause", "prod", "--reason", "Moving the database"]).success();
    receiver.until(5);
    serving.end();
    let serving = Serving::start(&shop);
    serving.until("is not deployed");
    serving.end();
    // Nobody was there when it ended.
    shop.landfall(&["resume", "prod"]).success();
    let serving = Serving::start(&shop);
    receiver.until(7);
    serving.end();
    assert_eq!(receiver.kinds(), "began live drifted mended paused resumed live");
    let bodies = receiver.bodies().join("\n");
    assert!(bodies.contains("dev.cdeventsx.landfall-environment.drifted.0.1.0"), "{bodies}");
    assert!(bodies.contains("was changed by kubectl-patch") && bodies.contains("Moving the database"), "{bodies}");
    assert_eq!(left(&shop), "Every notification was delivered\n");
}

#[test]
fn a_fight_is_told_once() {
    let receiver = Receiver::start();
    let shop = telling(&receiver, "");
    let serving = Serving::start(&shop);
    receiver.until(2);
    for round in 1..=4 {
        set_level(&shop, "wrong");
        serving.until_times("drift: Live: 1 updated", round);
    }
    receiver.until(11);
    serving.end();
    assert_eq!(receiver.kinds(), "began live began live began live began live fight began live");
}

#[test]
fn a_kill_between_sending_and_marking_loses_nothing() {
    let receiver = Receiver::start();
    receiver.silent(true);
    let shop = telling(&receiver, "");
    let serving = Serving::start(&shop);
    // The first event was sent, and its answer does not come.
    receiver.until(1);
    serving.until("prod: ").until("Live: 1 created");
    serving.kill();
    assert!(left(&shop).contains("hook live in prod: waits"), "{}", left(&shop));
    receiver.silent(false);
    let serving = Serving::start(&shop);
    receiver.until(3);
    serving.end();
    let events = receiver.events();
    assert_eq!(receiver.kinds(), "began began live");
    assert_eq!(events[0], events[1], "the same id tells that it is the same");
    assert_eq!(left(&shop), "Every notification was delivered\n");
}

#[test]
fn by_hand_while_nobody_serves() {
    let receiver = Receiver::start();
    let shop = telling(&receiver, "");
    let ran = shop.landfall(&["serve", "--once", "--repo", "."]);
    assert_eq!((ran.status, receiver.kinds().as_str()), (0, "began live"), "{}", ran.stderr);
    level(&shop, "debug");
    shop.work.commit("Tell more");
    shop.landfall(&["deploy", "prod"]).success();
    assert_eq!(receiver.bodies().len(), 2);
    assert!(left(&shop).contains("hook live in prod: waits"), "{}", left(&shop));
    let ran = shop.landfall(&["serve", "--once", "--repo", "."]);
    assert_eq!((ran.status, receiver.kinds().as_str()), (0, "began live began live"), "{}", ran.stderr);
}

#[test]
fn a_sink_that_is_removed_drops_what_waits() {
    let receiver = Receiver::start();
    let shop = telling(&receiver, "  away: {discord: {webhook: {env: NOT_SET}}}\n");
    let serving = Serving::start(&shop);
    serving.until("notifications: away could not be told of `live`, and is tried again: The environment variable NOT_SET is not set");
    receiver.until(2);
    shop.write("landfall.yaml", CONFIG);
    shop.work.commit("Tell nobody");
    serving.until("notifications: away is not told any more: 1 notifications were dropped");
    level(&shop, "debug");
    shop.work.commit("Tell more");
    serving.until("Live: 1 updated");
    serving.end();
    assert_eq!(receiver.bodies().len(), 2);
    let left = left(&shop);
    assert!(left.contains("away live in prod: dropped\n    landfall.yaml does not have this sink any more"), "{left}");
}

#[test]
fn a_test_message_says_what_is_wrong() {
    let receiver = Receiver::start();
    let shop = telling(
        &receiver,
        "  team: {slack: {webhook: {env: NOT_SET}}}\n  chat: {discord: {webhook: {file: /nowhere}}}\n",
    );
    let ran = shop.landfall(&["notify", "--test"]);
    insta::assert_snapshot!(ran.snapshot(), @r"
    --- stderr ---
    warning: chat (discord): /nowhere cannot be read: No such file or directory (os error 2)
    hook (webhook): a test message was taken
    warning: team (slack): The environment variable NOT_SET is not set
    error: 2 sinks have not taken its test message
    hint: docs/notifications.md says what each needs
    --- exit status 1 ---
    ");
    let ran = shop.landfall(&["notify", "--test", "hook"]);
    assert_eq!((ran.status, receiver.bodies().len()), (0, 2), "{}", ran.stderr);
    assert!(receiver.bodies()[0].contains("\"type\":\"dev.cdeventsx.landfall-test.sent.0.1.0\""));
    let ran = shop.landfall(&["notify", "--test", "hok"]);
    insta::assert_snapshot!(ran.snapshot(), @r"
    --- stderr ---
    error: landfall.yaml has no sink 'hok'
    hint: it has chat, hook, team
    --- exit status 1 ---
    ");
    assert_eq!(left(&shop), "Every notification was delivered\n");
}
