//! `landfall serve`, which follows repositories without anybody's help.

mod browser;
mod configuration;
mod cron_jobs;
mod drift;
mod flood;
mod follows;
mod killed;
mod notifies;
mod once;
mod openapi;
mod passing;
mod paused;
pub mod receiver;
mod restarted;
mod secrets;
pub mod serving;
mod several;
mod statuses;
mod superseded;

use serving::Serving;

use crate::{shop::Shop, timeline::steady};

/// The configuration of the environments of these tests.
pub const CONFIG: &str = "name: $NS
environments:
  prod:
    branch: main
    paths: [base]
    target:
      kubernetes: {namespace: $NS}
";

/// The same where what others change stays, to be looked at.
fn reporting() -> String {
    with_drift(CONFIG, "report")
}

/// A configuration with something else to be done about drift.
fn with_drift(config: &str, mode: &str) -> String {
    config.replace("    branch:", &format!("    drift: {mode}\n    branch:"))
}

/// An environment with a repository that has one commit.
fn open() -> Shop<'static> {
    let shop = Shop::open();
    shop.write("landfall.yaml", CONFIG);
    level(&shop, "info");
    shop.work.commit("Open the shop");
    shop
}

/// Writes the only object of the environment; not committed.
fn level(shop: &Shop<'_>, level: &str) {
    let manifest = crate::shop::config_map("settings").replace("info", level);
    shop.write("base/settings.yaml", &manifest);
}

/// As `kubectl patch` by a person.
fn set_level(shop: &Shop<'_>, level: &str) {
    let patch = format!("{{\"data\":{{\"level\":\"{level}\"}}}}");
    shop.kubectl(&["patch", "configmap", "settings", "--type=merge", "-p", &patch]).ok();
}

/// Panics unless a change by a person is put right, the first one since this process was started.
#[track_caller]
fn corrects(serving: &Serving, shop: &Shop<'_>) {
    set_level(shop, "wrong");
    serving.until("drift: Live: 1 updated");
    assert_eq!(live_level(shop), "info");
}

/// What is live.
fn live_level(shop: &Shop<'_>) -> String {
    shop.field("configmap/settings", ".data.level")
}

/// The timeline, the same in every run.
fn history(shop: &Shop<'_>) -> String {
    without_revisions(&steady(&shop.landfall(&["history", "prod"]).stdout))
}

/// Revisions differ, since the manifests name the environment: each becomes `[N]`, by the order in which they are told.
fn without_revisions(text: &str) -> String {
    let mut known: Vec<String> = Vec::new();
    let is_revision = |word: &str| word.len() == 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut shown = String::new();
    for part in text.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric()) {
        let (word, end) = match part.char_indices().last() {
            Some((at, letter)) if !letter.is_ascii_alphanumeric() => part.split_at(at),
            _ => (part, ""),
        };
        if is_revision(word) {
            let number = known.iter().position(|one| one == word).unwrap_or_else(|| {
                known.push(word.to_owned());
                known.len() - 1
            });
            shown += &format!("[{number}]{end}");
        } else {
            shown += part;
        }
    }
    shown
}
