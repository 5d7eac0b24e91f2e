//! How requests reach the API server: over one connection, which the server may end at any time, or over as many as it wants.

use std::{
    io::{self, Read},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use landfall_bench_cluster::Cluster;

use crate::runner::Workspace;

/// How many connections a run opens before it knows that they can be shared: as many as it has questions at first.
const FIRST: usize = 3;

/// Stands before a server and counts the connections.
struct Counter {
    address: String,
    opened: Arc<AtomicUsize>,
}

impl Counter {
    /// The first connections go silent when so many bytes of answers have passed.
    fn before(server: &str, silent_after: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let opened: Arc<AtomicUsize> = Arc::default();
        let (server, count) = (server.trim_start_matches("https://").to_owned(), Arc::clone(&opened));
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let limit = if count.fetch_add(1, Ordering::Relaxed) < FIRST { silent_after } else { u64::MAX };
                let server = TcpStream::connect(&server).unwrap();
                let (back, front) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                std::thread::spawn(move || pass(back, front, limit));
                std::thread::spawn(move || pass(client, server, u64::MAX));
            }
        });
        Self { address, opened }
    }

    fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// How many connections there were so far.
    fn count(&self) -> usize {
        self.opened.load(Ordering::Relaxed)
    }
}

fn pass(from: TcpStream, mut to: TcpStream, limit: u64) {
    if io::copy(&mut from.take(limit), &mut to).is_ok_and(|passed| passed == limit) {
        loop {
            std::thread::park();
        }
    }
    // Whichever side ends the connection, the other one is told.
    drop(to.shutdown(Shutdown::Write));
}

/// Deploys many objects and once more, and gives the connections that each took.
fn connections(cluster: &Cluster, silent_after: u64) -> (usize, usize) {
    let work = Workspace::on(cluster);
    for index in 0..300 {
        let head = format!("metadata: {{name: web-{index}, labels: {{deploy: web}}}}");
        work.write(&format!("base/{index}.yaml"), &format!("apiVersion: v1\nkind: ConfigMap\n{head}\n"));
    }
    let counter = Counter::before(&cluster.url(), silent_after);
    let apply = |what: &str| {
        let before = counter.count();
        let run = work.landfall(&["apply", "-f", "base", "-l", "deploy=web", "--prune", "--server", &counter.url()]);
        let run = run.success();
        assert_eq!(run.stdout.lines().filter(|line| line.ends_with(what)).count(), 300, "{}", run.stdout);
        counter.count() - before
    };
    (apply("created"), apply("unchanged"))
}

#[test]
fn requests_share_a_connection() {
    let (created, unchanged) = connections(&Cluster::start(), u64::MAX);
    // The first requests go out at once, before any of them knows that its connection can be shared.
    assert!(created < 2 * FIRST && unchanged < 2 * FIRST, "{created} and {unchanged} connections");
}

#[test]
fn a_server_without_http_2_gets_as_many_connections_as_there_are_requests() {
    let cluster = Cluster::builder().api_server_flag("--disable-http2-serving").start();
    let (created, unchanged) = connections(&cluster, u64::MAX);
    assert!((16..=80).contains(&created) && (16..=80).contains(&unchanged), "{created} and {unchanged} connections");
}

/// Behind a load balancer, API servers ask their clients now and then to connect anew.
#[test]
fn a_server_that_ends_the_connection_in_the_middle_is_connected_to_again() {
    let cluster = Cluster::builder().api_server_flag("--goaway-chance=0.02").start();
    let (created, _) = connections(&cluster, u64::MAX);
    assert!(created > FIRST, "the server never ended one of the {created} connections");
}

/// A router that has lost the way to the server, or a firewall that has forgotten the connection.
#[test]
fn a_connection_that_goes_silent_is_given_up_and_all_is_finished_on_another() {
    let (created, _) = connections(&Cluster::start(), 400_000);
    assert!(created > FIRST, "the silence was not noticed");
}
