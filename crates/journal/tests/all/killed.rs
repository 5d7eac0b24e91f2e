//! Killed after each write in turn, and started again: the record is that of an undisturbed deploy.

use std::{collections::BTreeSet, path::Path};

use landfall_core::{health::HealthState, object::ObjectId};
use landfall_journal::{Filter, Journal, Location, NewObservation, NewPlan, ObjectAction, Outcome, RanDigest, Time};

use crate::support::{
    Arena, block_on, on_both, other_process,
    shop::{after, at, change, deploy, deployment, image, object, place, rollout},
};

on_both!(killed_after_each_write);

/// The writes of a deploy to the journal.
const STEPS: usize = 13;

/// After so many of them nothing is written to the target any more.
const APPLIED: usize = 9;

async fn killed_after_each_write(arena: Arena) {
    let targets = tempfile::tempdir().unwrap();
    let run = |address: &str, namespace: &str, steps, later, ahead| {
        run(address, namespace, &targets.path().join(namespace), steps, later, ahead);
    };
    let expected = {
        let other = Arena::sqlite();
        run(&other.address, "prod", STEPS, 0, false);
        told(&other.journal().await, "prod").await
    };
    for steps in 0..STEPS {
        for ahead in aheads(steps) {
            // Each deploy needs a place of its own in the same journal, so it gets a namespace of its own.
            let namespace = format!("{steps}-{ahead}");
            run(&arena.address, &namespace, steps, 0, ahead);
            run(&arena.address, &namespace, STEPS, 100_000, false);
        }
    }
    let journal = arena.journal().await;
    for steps in 0..STEPS {
        for ahead in aheads(steps) {
            let found = told(&journal, &format!("{steps}-{ahead}")).await;
            assert_eq!(found, expected, "killed after {steps} writes; the target was written further: {ahead}");
        }
    }
}

/// Whether the target was written further than the journal when the process was killed.
fn aheads(steps: usize) -> impl Iterator<Item = bool> {
    [false, true].into_iter().filter(move |ahead| !ahead || steps < APPLIED)
}

/// Everything that the journal tells of a place. The second run's times end as the first one's do.
async fn told(journal: &Journal, namespace: &str) -> String {
    let place = place(namespace);
    let page = journal.deploys(&Filter { place: Some(place.clone()), ..Filter::default() }).await.unwrap();
    let mut text = String::new();
    for summary in &page.deploys {
        let mut record = journal.deploy(summary.deploy.id.as_str()).await.unwrap();
        let of_run = |time: Time| at(after(time) % 100_000);
        let deploy = &mut record.deploy;
        assert!(deploy.resumes <= 1);
        // A journal that is killed before the deploy began knows nothing of it.
        deploy.resumes = 0;
        deploy.place = self::place("any");
        for time in [&mut deploy.first_write, &mut deploy.applied, &mut deploy.live, &mut deploy.ended] {
            *time = time.map(of_run);
        }
        (deploy.detected, deploy.committed) = (of_run(deploy.detected), deploy.committed.map(of_run));
        for object in &mut record.objects {
            // Nobody knows when an object was written whose write could not be told.
            object.at = Some(object.at.map_or(at(1210), of_run));
        }
        for rollout in &mut record.rollouts {
            (rollout.started, rollout.updated) = (of_run(rollout.started), of_run(rollout.updated));
            rollout.live = rollout.live.map(of_run);
        }
        let json = serde_json::to_string_pretty(&record).unwrap();
        text += &json.replace(summary.deploy.id.as_str(), "ID");
    }
    for mut service in journal.services(&place, None).await.unwrap() {
        let of_run = |time: Time| at(after(time) % 100_000);
        service.since = service.since.map(of_run);
        for image in &mut service.images {
            image.since = image.since.map(of_run);
        }
        let json = serde_json::to_string_pretty(&service).unwrap();
        text += &page.deploys.iter().fold(json, |json, one| json.replace(one.deploy.id.as_str(), "ID"));
    }
    let observations = journal.observations(&place, None, None).await.unwrap();
    text + &format!("{} observations", observations.len())
}

/// Runs the deploy in another process, which is killed after so many writes to the journal.
fn run(address: &str, namespace: &str, target: &Path, steps: usize, later: i64, ahead: bool) {
    let target = target.display().to_string();
    let (left, later, ahead) = (steps.to_string(), later.to_string(), ahead.to_string());
    let env = [
        ("JOURNAL", address),
        ("NAMESPACE", namespace),
        ("TARGET", &target),
        ("STEPS", &left),
        ("LATER", &later),
        ("AHEAD", &ahead),
    ];
    let status = other_process("killed::runs_a_deploy", &env).status().unwrap();
    assert_eq!(status.success(), steps == STEPS, "{status}");
}

/// What a deploy writes to the target: a file stands for it, so that it outlives the process.
struct Target {
    file: std::path::PathBuf,
}

impl Target {
    fn written(&self) -> BTreeSet<String> {
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn write(&self, name: &str) {
        let mut written = self.written();
        written.insert(name.to_owned());
        std::fs::write(&self.file, Vec::from_iter(written).join("\n")).unwrap();
    }
}

#[test]
#[ignore = "run by killed_after_each_write"]
fn runs_a_deploy() {
    let var = |name: &str| std::env::var(name).unwrap();
    let target = Target { file: var("TARGET").into() };
    let mut killer = Killer { left: var("STEPS").parse().unwrap(), ahead: var("AHEAD") == "true" };
    block_on(deploys(&var("JOURNAL"), &var("NAMESPACE"), var("LATER").parse().unwrap(), &target, &mut killer));
}

struct Killer {
    left: usize,
    ahead: bool,
}

impl Killer {
    /// After a write to the journal: the end, if it was the last one.
    fn passes(&mut self) {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 && !self.ahead {
            self.kill();
        }
    }

    /// After a write to the target that the journal does not know yet.
    fn has_written(&self) {
        if self.left == 0 {
            self.kill();
        }
    }

    fn kill(&self) {
        rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).unwrap();
    }
}

async fn deploys(address: &str, namespace: &str, later: i64, target: &Target, killer: &mut Killer) {
    let journal = Journal::open(&Location::parse(address).unwrap()).await.unwrap();
    if killer.left == 0 {
        killer.kill();
    }
    // One more, so that the whole deploy is not killed.
    killer.left += usize::from(killer.left == STEPS);
    let at = |millis| at(millis + later);
    let place = place(namespace);
    let objects: [(&str, ObjectId, ObjectAction); 3] = [
        ("settings", object("", "ConfigMap", "settings"), ObjectAction::Create),
        ("web", deployment("web"), ObjectAction::Update),
        ("old", deployment("old"), ObjectAction::Prune),
    ];

    let id = journal.begin(&deploy(namespace, "r1", 1000 + later)).await.unwrap().id;
    killer.passes();
    let seen = NewObservation {
        object: deployment("web"),
        fact: "kubectl-edit at 12:00".into(),
        what: "spec.replicas was changed".into(),
        by: None,
        done: None,
        seen: at(1010),
    };
    journal.observe(&place, &[seen]).await.unwrap();
    killer.passes();
    journal.interrupt_others(&place, &id, Outcome::Interrupted, "Its process ended", at(1050)).await.unwrap();
    killer.passes();
    let written = target.written();
    let left = objects.iter().filter(|(name, ..)| !written.contains(*name));
    let mut images = vec![image("web", Some(if written.contains("web") { "v2" } else { "v1" }), Some("v2"))];
    if !written.contains("old") {
        images.push(image("old", Some("v1"), None));
    }
    let plan = NewPlan {
        previous_revision: Some("r0".repeat(20)),
        changes: left.clone().map(|(_, object, action)| change(object.clone(), *action)).collect(),
        images,
        ..NewPlan::default()
    };
    journal.planned(&id, &plan, at(1100)).await.unwrap();
    killer.passes();
    journal.first_write(&id, at(1200)).await.unwrap();
    killer.passes();
    for (name, object, _) in left {
        target.write(name);
        killer.has_written();
        journal.done(&id, &[(object.clone(), at(1210))]).await.unwrap();
        killer.passes();
    }
    killer.has_written();
    journal.applied(&id, at(1300)).await.unwrap();
    killer.passes();
    journal.rollout(&id, &[rollout("web", HealthState::Progressing, 1400 + later)]).await.unwrap();
    killer.passes();
    journal.rollout(&id, &[rollout("web", HealthState::Live, 1500 + later)]).await.unwrap();
    killer.passes();
    let digest = RanDigest { workload: deployment("web"), container: "web".into(), digest: "sha256:22".into() };
    journal.digests(&id, &[digest]).await.unwrap();
    killer.passes();
    journal.finish(&id, Outcome::Live, None, at(1600)).await.unwrap();
    killer.passes();
}
