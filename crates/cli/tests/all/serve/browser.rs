//! The page as people see it: in a real browser, while a real rollout runs.

use std::path::{Path, PathBuf};

use landfall_bench_browser::{Browser, Eyes};

use super::{Serving, reporting};
use crate::live::stage::{Stage, web};

const SECRET: &str = "apiVersion: v1
kind: Secret
metadata: {name: login, labels: {deploy: $NS}}
stringData: {password: hunter2}
";

/// All ways to look.
const ALL: [fn() -> Eyes; 4] =
    [Eyes::default, Eyes::narrow, || Eyes::default().in_the_dark(), || Eyes::narrow().in_the_dark()];

/// A page must come quickly over a bad connection, too.
const LARGEST: usize = 100_000;

/// An environment of which one commit is live.
fn open() -> Option<(Stage, Serving)> {
    let stage = Stage::open()?;
    stage.write("landfall.yaml", &reporting()).write("base/web.yaml", &web("v1", "")).write("base/login.yaml", SECRET);
    stage.write("base/settings.yaml", &crate::shop::config_map("settings"));
    stage.work.commit("Open the shop");
    let serving = Serving::start_with(&stage, &["--listen", "127.0.0.1:0", "--timeout", "12s"]);
    serving.until("Live: 3 created");
    Some((stage, serving))
}

#[test]
fn an_open_page_follows_a_rollout_by_itself() {
    let Some((stage, serving)) = open() else { return };
    let browser = Browser::open(&Eyes::default());
    browser.visit(&format!("http://{}/", serving.address()));
    browser.until_text("landfall-bench/web:v1");
    browser.run("window.mark = true; document.querySelector('main a[href^=\"/object\"]').focus()");

    stage.write("base/web.yaml", &web("v2", "env: [{name: START_DELAY, value: 4s}]"));
    stage.work.commit("Serve the second version");
    browser.until_text("is on its way to live");
    browser.until_text("0 of 1 new pods are ready");
    assert_eq!(browser.run("return document.querySelectorAll('progress').length"), 1);
    assert_eq!(browser.violations(), Vec::<String>::new(), "while a rollout runs");
    browser.picture(&picture("rollout", &Eyes::default()));

    browser.until_text("landfall-bench/web:v2");
    browser.until("return document.querySelectorAll('progress').length === 0");
    assert_eq!(browser.run("return window.mark"), true, "the page was not loaded anew");
    assert!(
        browser.run("return document.activeElement.href").as_str().is_some_and(|href| href.contains("/object?")),
        "whoever reads by keyboard is where they were"
    );

    let crash =
        "env: [{name: START_DELAY, value: 1m}, {name: EXIT_AFTER, value: 500ms}, {name: EXIT_CODE, value: '3'}]";
    stage.write("base/web.yaml", &web("v1", crash));
    stage.work.commit("Break it");
    browser.until_text("ended with exit code 3");
    browser.until_text("ends after 500ms, as told");
    browser.until_text("Tried again at");
    every_page(&stage, &serving, &browser);
}

/// Every page, in every way to look.
fn every_page(stage: &Stage, serving: &Serving, browser: &Browser) {
    let deploys = serving.json("/api/v1/deploys");
    let ids: Vec<&str> = (0..3).map(|index| deploys["deploys"][index]["deploy"]["id"].as_str().unwrap()).collect();
    let object =
        |kind: &str, name: &str| format!("/object?environment=prod&{kind}&namespace={}&name={name}", stage.namespace);
    let pages = [
        ("home", "/".to_owned()),
        ("timeline", "/timeline".to_owned()),
        ("timeline-of-nothing", "/timeline?environment=prod&outcome=stopped".to_owned()),
        ("deploy-failed", format!("/deploys/{}", ids[0])),
        ("deploy-live", format!("/deploys/{}", ids[1])),
        ("live-at-form", "/live-at".to_owned()),
        ("live-at", "/live-at?environment=prod&at=2100-01-01".to_owned()),
        ("object", object("group=apps&kind=Deployment", "web")),
        ("object-secret", object("kind=Secret", "login")),
        ("object-unknown", object("kind=Secret", "none")),
        ("not-found", "/nothing".to_owned()),
        ("not-understood", "/live-at?environment=prod&at=yesterday".to_owned()),
    ];
    for eyes in ALL.map(|eyes| eyes()) {
        browser.look(&eyes);
        for (name, path) in &pages {
            browser.visit(&format!("http://{}{path}", serving.address()));
            browser.picture(&picture(name, &eyes));
            let found = browser.violations();
            assert_eq!(found, Vec::<String>::new(), "{path} {}", eyes.name());
            assert_eq!(browser.overflow(), 0, "{path} is too wide: {}", eyes.name());
            if !eyes.dark {
                assert_eq!(browser.out_of_reach(), Vec::<String>::new(), "{path} {}", eyes.name());
            }
            let text = browser.text();
            assert!(!text.contains("hunter2") && !text.contains("aHVudGVyMg"), "{path}: {text}");
        }
    }
    for (_, path) in &pages {
        let answer = serving.get_with(path, "Accept: text/html\r\n");
        assert!(answer.len() < LARGEST, "{path} has {} bytes", answer.len());
    }
}

#[test]
fn everything_works_without_scripts() {
    let Some((stage, serving)) = open() else { return };
    let eyes = Eyes::narrow().without_scripts();
    let browser = Browser::open(&eyes);
    browser.visit(&format!("http://{}/", serving.address()));
    browser.until_text("landfall-bench/web:v1");
    assert_eq!(browser.overflow(), 0);
    browser.picture(&picture("home", &eyes));

    browser.click("main a[href^='/object']");
    browser.until_text("Nothing: it is as the revision has it.");
    stage.kubectl(&["scale", "deployment/web", "--replicas=2"]).ok();
    browser.click("a.far");
    browser.until_text("spec.replicas");
    assert!(browser.text().contains("- 2\n+ 1"), "{}", browser.text());
    browser.picture(&picture("object-differs", &eyes));

    browser.click("nav a[href='/']");
    browser.until_text("deployment/web");
    browser.picture(&picture("home-drift", &eyes));

    browser.click("nav a[href='/timeline']");
    browser.choose("select[name=outcome]", "live");
    browser.click("form button");
    browser.until_text("Open the shop");
    browser.choose("select[name=outcome]", "failed");
    browser.click("form button");
    browser.until_text("There are no such deploys.");

    browser.click("nav a[href='/live-at']");
    browser.fill("input[name=at]", "2100-01-01 00:00");
    browser.click("form button");
    browser.until_text("landfall-bench/web:v1");
    browser.click("main a[href^='/deploys/']");
    browser.until_text("secret/login");
}

fn picture(page: &str, eyes: &Eyes) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
    folder.join(format!("{page}-{}.png", eyes.name()))
}
