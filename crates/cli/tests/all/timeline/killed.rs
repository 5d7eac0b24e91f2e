//! A deploy that is killed at each of its writes in turn, to the journal and to the cluster, and then run again: the
//! timeline is the same as if nothing had happened.

use std::process::{Child, Stdio};

use serde_json::{Value, json};

use super::{
    site::Site,
    stops::{ApiStop, JournalStop, Stop},
};

#[test]
fn at_each_write_to_a_journal_of_sqlite() {
    let story = Story::new("killed-sqlite", None);
    let mut stop = JournalStop::new(&story.journal);
    story.kill_at_each_write(&mut stop, 8);
}

#[test]
fn at_each_write_to_a_journal_of_postgresql() {
    let Some(server) = landfall_bench_postgres::server() else { return };
    let story = Story::new("killed-postgresql", Some(server.database()));
    let mut stop = JournalStop::new(&story.journal);
    story.kill_at_each_write(&mut stop, 8);
}

#[test]
fn after_each_write_to_the_cluster_with_sqlite() {
    after_each_write_to_the_cluster("killed-api-sqlite", None);
}

#[test]
fn after_each_write_to_the_cluster_with_postgresql() {
    let Some(server) = landfall_bench_postgres::server() else { return };
    after_each_write_to_the_cluster("killed-api-postgresql", Some(server.database()));
}

fn after_each_write_to_the_cluster(namespace: &str, journal: Option<String>) {
    let mut stop = ApiStop::new(&super::site::cluster().proxy());
    let story = Story { server: Some(stop.url()), ..Story::new(namespace, journal) };
    // Through the proxy it is another place in the journal.
    story.commit(0);
    story.deploy();
    story.kill_at_each_write(&mut stop, 6);
}

/// An environment that goes to and fro between two revisions.
struct Story {
    site: Site,
    journal: String,
    server: Option<String>,
}

impl Story {
    /// With the first revision deployed, so that the journal has its tables.
    fn new(namespace: &str, journal: Option<String>) -> Self {
        let site = Site::with_pods(namespace);
        let journal = journal.unwrap_or_else(|| site.work.dir().join("../journal.db").display().to_string());
        let story = Self { site, journal, server: None };
        story.commit(0);
        story.deploy();
        story
    }

    /// A revision that creates, updates and prunes, and has a new image.
    fn commit(&self, number: usize) -> String {
        let site = &self.site;
        let (level, comes, goes) =
            if number.is_multiple_of(2) { ("info", "one", "two") } else { ("debug", "two", "one") };
        site.settings("level", level)
            .settings(comes, "any")
            .web(&format!("shop/web:{level}@sha256:{}", "ab".repeat(32)));
        if site.work.dir().join(format!("base/{goes}.yaml")).exists() {
            site.remove(goes);
        }
        site.commit(&format!("Set the level to {level}"))
    }

    fn args<'a>(&'a self, args: &[&'a str]) -> Vec<&'a str> {
        let server = self.server.iter().flat_map(|server| ["--server", server]);
        args.iter().copied().chain(["--journal", &self.journal]).chain(server).collect()
    }

    fn deploy(&self) {
        self.site.landfall(&self.args(&["deploy", "prod"])).success();
    }

    fn spawn(&self) -> Child {
        let mut command = self.site.command(&self.args(&["deploy", "prod"]));
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Kills a deploy at its first write, the next one at its second, and so on, until one has no write left. There are
    /// at least so many.
    fn kill_at_each_write(&self, stop: &mut dyn Stop, least: usize) {
        let mut expected: [Option<Value>; 2] = [None, None];
        let mut before = self.history(1)["deploys"][0]["deploy"]["revision"].clone();
        let entries = self.history(1000)["deploys"].as_array().unwrap().len();
        // Two undisturbed ones tell how it should be.
        for number in 1.. {
            let revision = self.commit(number);
            let write = number.saturating_sub(2);
            let was_killed = write > 0 && self.kill_at(stop, write);
            if was_killed || write == 0 {
                self.deploy();
            }
            let page = self.history(1000);
            let deploys = page["deploys"].as_array().unwrap();
            let of_this = deploys.iter().filter(|entry| entry["deploy"]["revision"] == revision.as_str()).count();
            assert_eq!((of_this, deploys.len()), (1, entries + number), "killed at write {write}");
            let entry = &deploys[0];
            assert_eq!(entry["deploy"]["previousRevision"], before, "killed at write {write}");
            assert!(entry["deploy"]["resumes"].as_i64().unwrap() <= i64::from(was_killed));
            let told = json!({"entry": timeless(entry), "live": self.live()});
            match &expected[number % 2] {
                Some(expected) => assert_eq!(told, *expected, "killed at write {write}"),
                None => expected[number % 2] = Some(told),
            }
            if write > 0 && !was_killed {
                assert!(write > least, "there were only {write} writes");
                return;
            }
            before = revision.into();
        }
    }

    /// Whether the deploy came to its write of this number, at which it was killed. Else it came to its end.
    fn kill_at(&self, stop: &mut dyn Stop, write: usize) -> bool {
        stop.at(write);
        let mut child = self.spawn();
        let was_killed = loop {
            if let Some(status) = child.try_wait().unwrap() {
                assert!(status.success(), "the deploy failed before its write {write}: {status}");
                break false;
            }
            if stop.is_there() {
                child.kill().unwrap();
                child.wait().unwrap();
                break true;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        };
        stop.over();
        self.lose_lock();
        was_killed
    }

    /// As if it were an hour later: the killed process is certainly gone.
    fn lose_lock(&self) {
        let leases = self.site.kubectl(&["get", "leases", "-o", "name"]);
        for lease in leases.lines() {
            let spec = r#"{"spec": {"renewTime": "2026-01-01T00:00:00.000000Z"}}"#;
            self.site.kubectl(&["patch", lease, "--type=merge", "-p", spec]);
        }
    }

    fn history(&self, limit: usize) -> Value {
        self.site.json(&self.args(&["history", "prod", "--limit", &limit.to_string()]))
    }

    /// What the journal says is live, without times.
    fn live(&self) -> Value {
        let live = self.site.json(&self.args(&["history", "prod", "--at", "0s"]));
        let services = live["services"].as_array().unwrap().iter().map(|service| {
            assert_eq!(service["revision"], live["deploy"]["revision"]);
            json!([service["workload"]["name"], service["images"][0]["image"], service["since"].is_string()])
        });
        json!({"subject": live["deploy"]["subject"], "services": services.collect::<Vec<_>>()})
    }
}

/// An entry without what differs from run to run: a time says only that there is one.
fn timeless(entry: &Value) -> Value {
    let mut entry = entry.clone();
    let deploy = entry["deploy"].as_object_mut().unwrap();
    for field in ["id", "revision", "previousRevision", "resumes"] {
        deploy.remove(field);
    }
    for field in ["committed", "detected", "firstWrite", "applied", "live", "ended"] {
        deploy[field] = deploy[field].is_string().into();
    }
    for object in entry["objects"].as_array_mut().unwrap() {
        // Nobody knows when an object was written whose write could not be told.
        object.as_object_mut().unwrap().remove("at");
    }
    entry
}
