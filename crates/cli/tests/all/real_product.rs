//! PostgreSQL, Redis and Prometheus from Debian's packages on one Docker host: what they have stored is there after every
//! restart, and the next deploy has nothing to do.

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use landfall_bench_engine::{Engine, can_run};
use serde_json::Value;

use crate::runner::Workspace;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/product");

#[test]
fn data_outlives_restarts_of_containers_of_the_engine_and_of_the_machine() {
    if !can_run() {
        return;
    }
    let product = Product::deploy();
    let containers = || {
        let names = product.engine.docker(&["ps", "--format", "{{.Names}}"]).ok();
        names.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    product.store(1);
    product.holds(1);
    for container in containers() {
        product.engine.docker(&["restart", "--time=10", &container]).ok();
    }
    product.holds(1);
    product.store(2);
    product.engine.restart();
    product.holds(2);
    product.store(3);
    product.engine.crash_machine();
    product.holds(3);
    product.store(4);
    product.holds(4);

    let planned = product.landfall(&["plan", "dogfood", "--exit-code"]);
    assert_eq!(planned.0, 0, "a restart is no change: {}", planned.1);
    let deployed = product.landfall(&["deploy", "dogfood"]);
    assert_eq!(deployed.0, 0, "{}", deployed.1);
    assert!(deployed.1.contains("Already live"), "{}", deployed.1);
    product.holds(4);
}

/// The product on an engine of its own.
struct Product {
    engine: Engine,
    work: Workspace,
    /// When the first sample was there, as Prometheus writes times.
    first_sample: String,
}

impl Product {
    /// Makes the images and deploys a commit of the example.
    fn deploy() -> Self {
        let engine = Engine::start();
        let images = Command::new(format!("{EXAMPLE}/images")).env("DOCKER_HOST", engine.url()).output().unwrap();
        assert!(images.status.success(), "{}", String::from_utf8_lossy(&images.stderr));
        let work = Workspace::new();
        copy(&Path::new(EXAMPLE).join("deployment"), &work.dir());
        work.commit("The product");
        let mut product = Self { engine, work, first_sample: String::new() };
        let (status, said) = product.landfall(&["deploy", "dogfood"]);
        assert_eq!(status, 0, "{said}");
        product.first_sample = eventually("Prometheus has a sample", || {
            let samples = product.prometheus("query=up")["data"]["result"].clone();
            // Asked for after the sample: at a time before it there is none.
            let now = product.prometheus("query=time()")["data"]["result"][0].to_string();
            if samples[0]["value"][1] == "1" { Ok(now) } else { Err(samples.to_string()) }
        });
        product
    }

    /// The exit status, and all that was printed.
    fn landfall(&self, args: &[&str]) -> (i32, String) {
        let output = self.work.command(args).env("DOCKER_HOST", self.engine.url()).output().unwrap();
        let ran = self.work.ran(&output);
        (ran.status, format!("{}{}", ran.stdout, ran.stderr))
    }

    /// Stores a number in PostgreSQL and in Redis; Prometheus stores by itself.
    fn store(&self, number: u32) {
        self.psql(&format!("CREATE TABLE IF NOT EXISTS numbers (number int); INSERT INTO numbers VALUES ({number})"))
            .unwrap();
        self.redis(&["rpush", "numbers", &number.to_string()]).unwrap();
    }

    /// Waits until all numbers up to this one are there, and the first sample.
    fn holds(&self, number: u32) {
        let numbers: Vec<String> = (1..=number).map(|number| number.to_string()).collect();
        let expect = |found: Result<String, String>| {
            let found = found?;
            let found: Vec<&str> = found.split_whitespace().collect();
            if found == numbers { Ok(()) } else { Err(format!("{found:?}")) }
        };
        eventually("PostgreSQL has all numbers", || expect(self.psql("SELECT number FROM numbers ORDER BY number")));
        eventually("Redis has all numbers", || expect(self.redis(&["lrange", "numbers", "0", "-1"])));
        eventually("Prometheus has its first sample and new ones", || {
            let then = self.prometheus(&format!("query=up&time={}", self.first_sample));
            let now = self.prometheus("query=up");
            let up = |answer: &Value| answer["data"]["result"][0]["value"][1] == "1";
            if up(&then) && up(&now) { Ok(()) } else { Err(format!("{then}\n{now}")) }
        });
    }

    /// Asks PostgreSQL by the name of its Service, from inside.
    fn psql(&self, statement: &str) -> Result<String, String> {
        let psql = ["exec", "--env=PGPASSWORD=only-an-example", "postgres-0.default", "psql", "--host=postgres"];
        let options = ["--username=product", "--no-align", "--tuples-only", "--quiet", "--command", statement];
        self.docker(&[&psql[..], &options].concat())
    }

    /// Asks Redis by the name of its Service, from inside.
    fn redis(&self, words: &[&str]) -> Result<String, String> {
        self.docker(
            &[&["exec", "redis-0.default", "redis-cli", "-h", "redis.default.svc.cluster.local"], words].concat(),
        )
    }

    fn docker(&self, args: &[&str]) -> Result<String, String> {
        let output = self.engine.docker(args);
        if output.status.success() { Ok(output.stdout) } else { Err(format!("{}{}", output.stdout, output.stderr)) }
    }

    /// Asks Prometheus on its port of the host; null if it does not answer.
    fn prometheus(&self, query: &str) -> Value {
        let url = format!("http://{}:30090/api/v1/query?{query}", self.engine.address());
        let output =
            Command::new("curl").args(["--silent", "--noproxy", "*", "--max-time", "5", &url]).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }
}

/// Asks again until the answer is good; panics with the last bad answer after a minute.
#[track_caller]
fn eventually<T>(what: &str, mut ask: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        match ask() {
            Ok(answer) => return answer,
            Err(last) => assert!(Instant::now() < deadline, "not after a minute: {what}; at last:\n{last}"),
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}
