//! Fills a journal with deploys, and measures how large it gets and how long it takes to read.
//!
//!     cargo run -p landfall-journal --release --example fill -- LOCATION 100000
//!
//! LOCATION is a new file, or the address of an empty PostgreSQL database. One environment of twenty workloads: each deploy
//! writes five objects, two of which are workloads with a new image.

#![allow(clippy::print_stdout, reason = "it is a program of its own")]

use std::time::{Duration, Instant};

use landfall_core::{health::HealthState, object::ObjectId};
use landfall_journal::{
    Cause, Filter, Journal, Location, NewChange, NewDeploy, NewImage, NewPlan, NewRollout, ObjectAction, Outcome,
    Place, RanDigest, Result, Time,
};

const WORKLOADS: usize = 20;

/// One deploy every ten minutes.
const PERIOD: i64 = 600_000;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "journal.db".to_owned());
    let deploys: usize = arguments.next().and_then(|number| number.parse().ok()).unwrap_or(1000);
    let location = Location::parse(&address)?;
    let journal = Journal::open(&location).await?;
    let started = Instant::now();
    let mut tags = [0_usize; WORKLOADS];
    for number in 0..deploys {
        write(&journal, number, &mut tags).await?;
        if (number + 1) % 10_000 == 0 {
            println!("{} deploys after {:.1?}", number + 1, started.elapsed());
        }
    }
    if deploys > 0 {
        println!("{:.2?} to write one deploy", started.elapsed() / u32::try_from(deploys).unwrap_or(u32::MAX));
    }
    journal.close().await;
    if let Ok(file) = std::fs::metadata(&address) {
        println!("{} bytes, {} per deploy", file.len(), file.len() / deploys.max(1) as u64);
    }

    measure("open", async || Journal::open(&location).await.map(|_| ())).await?;
    let journal = Journal::open(&location).await?;
    let place = place();
    let then = time(deploys as i64 / 2 * PERIOD);
    let of = |service: &str| Filter { service: Some(service.to_owned()), ..Filter::default() };
    measure("services", async || journal.services(&place, None).await.map(|_| ())).await?;
    measure("services then", async || journal.services(&place, Some(then)).await.map(|_| ())).await?;
    measure("live_at", async || journal.live_at(&place, then).await.map(|_| ())).await?;
    measure("last_live", async || journal.last_live(&place).await.map(|_| ())).await?;
    measure("deploys, newest 50", async || journal.deploys(&Filter::default()).await.map(|_| ())).await?;
    let here = Filter { place: Some(place.clone()), ..Filter::default() };
    measure("deploys of the place", async || journal.deploys(&here).await.map(|_| ())).await?;
    measure("deploys of a service", async || journal.deploys(&of("service-7")).await.map(|_| ())).await?;
    measure("deploys of deployment/", async || journal.deploys(&of("deployment/service-7")).await.map(|_| ())).await?;
    measure("deploys of no service", async || journal.deploys(&of("nothing")).await.map(|_| ())).await?;
    let old = Filter { until: Some(then), ..Filter::default() };
    measure("deploys until then", async || journal.deploys(&old).await.map(|_| ())).await?;
    let rare = Filter { environment: Some("nothing".to_owned()), ..Filter::default() };
    measure("deploys of no environment", async || journal.deploys(&rare).await.map(|_| ())).await?;
    let newest = journal.newest(&place).await?.map(|newest| newest.id);
    if let Some(id) = newest {
        measure("deploy by id", async || journal.deploy(id.as_str()).await.map(|_| ())).await?;
        measure("is_superseded", async || journal.is_superseded(&id).await.map(|_| ())).await?;
    }
    measure("unfinished", async || journal.unfinished(&place).await.map(|_| ())).await?;
    journal.close().await;
    Ok(())
}

/// The first of a few, and the median of the others.
async fn measure(name: &str, work: impl AsyncFn() -> Result<()>) -> Result<()> {
    let mut times = Vec::new();
    for _ in 0..11 {
        let started = Instant::now();
        work().await?;
        times.push(started.elapsed());
    }
    let first = times.remove(0);
    times.sort();
    let shown = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1000.0);
    println!("{name:<26} {:>10}   first {:>10}", shown(times[5]), shown(first));
    Ok(())
}

async fn write(journal: &Journal, number: usize, tags: &mut [usize; WORKLOADS]) -> Result<()> {
    let start = number as i64 * PERIOD;
    let revision = format!("{number:040x}");
    let deploy = NewDeploy {
        place: place(),
        environment: "production".to_owned(),
        target: "context gke_company_europe-west1_production".to_owned(),
        cause: Cause::Serve,
        asked_by: Some("landfall@landfall-7d9fb6c5b4-x2x9z".to_owned()),
        repository: Some("https://github.example/company/deploy-sourcegraph".to_owned()),
        revision: Some(revision),
        author: Some("Alice Archer <alice@company.example>".to_owned()),
        subject: Some("Update the images of two services to their newest builds (#12345)".to_owned()),
        message: None,
        committed: Some(time(start - 5000)),
        detected: time(start),
    };
    let begun = journal.begin(&deploy).await?;
    let id = &begun.id;
    journal.interrupt_others(&deploy.place, id, Outcome::Interrupted, "Its process ended", time(start)).await?;

    let touched = [number % WORKLOADS, (number * 7 + 3) % WORKLOADS];
    let before = *tags;
    for workload in touched {
        tags[workload] += 1;
    }
    let image = |workload: usize, tag: usize| format!("index.docker.example/company/service-{workload}:5.{tag}.0");
    let change = |object: ObjectId, fields: &str| NewChange {
        place: Some(format!("base/{0}/{0}.{1}.yaml:1", object.name, object.kind)),
        object,
        action: ObjectAction::Update,
        fields: fields.to_owned(),
    };
    let mut changes: Vec<_> = touched
        .iter()
        .map(|workload| change(deployment(*workload), "spec.template.spec.containers[name=\"service\"].image"))
        .collect();
    changes.dedup_by(|a, b| a.object == b.object);
    for (kind, fields) in [("ConfigMap", "data.settings"), ("Service", "spec.ports"), ("ServiceAccount", "metadata")] {
        changes.push(change(object("", kind, &format!("service-{}", number % WORKLOADS)), fields));
    }
    let done: Vec<_> = changes.iter().map(|change| (change.object.clone(), time(start + 2000))).collect();
    let images = (0..WORKLOADS).map(|workload| NewImage {
        workload: deployment(workload),
        container: "service".to_owned(),
        before: Some(image(workload, before[workload])),
        after: Some(image(workload, tags[workload])),
    });
    let plan = NewPlan {
        previous_revision: Some(format!("{:040x}", number.saturating_sub(1))),
        is_older: false,
        changes,
        images: images.collect(),
    };
    journal.planned(id, &plan, time(start + 1000)).await?;
    journal.first_write(id, time(start + 1500)).await?;
    journal.done(id, &done).await?;
    journal.applied(id, time(start + 2500)).await?;
    let rollouts = touched.map(|workload| NewRollout {
        workload: deployment(workload),
        state: HealthState::Live,
        ready: Some(3),
        total: Some(3),
        sentence: "3 of 3 new pods are ready".to_owned(),
        at: time(start + 20_000),
        live: None,
    });
    journal.rollout(id, &rollouts).await?;
    let digests = touched.map(|workload| RanDigest {
        workload: deployment(workload),
        container: "service".to_owned(),
        digest: format!("sha256:{number:064x}"),
    });
    journal.digests(id, &digests).await?;
    journal.finish(id, Outcome::Live, None, time(start + 21_000)).await?;
    Ok(())
}

fn place() -> Place {
    Place {
        target: "https://203.0.113.7:443".to_owned(),
        namespace: "prod".to_owned(),
        record: "landfall-sourcegraph-5aaf3e38".to_owned(),
    }
}

fn time(millis: i64) -> Time {
    Time::from_millis(1_700_000_000_000 + millis)
}

fn deployment(workload: usize) -> ObjectId {
    object("apps", "Deployment", &format!("service-{workload}"))
}

fn object(group: &str, kind: &str, name: &str) -> ObjectId {
    ObjectId {
        group: group.to_owned(),
        kind: kind.to_owned(),
        namespace: Some("prod".to_owned()),
        name: name.to_owned(),
    }
}
