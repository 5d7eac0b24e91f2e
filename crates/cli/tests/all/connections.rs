//! How requests reach the API server: over one connection, which the server may end at any time, or over as many as it wants.

use std::{
    io,
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use landfall_bench_cluster::Cluster;

use crate::runner::Workspace;

/// Stands before a server and counts the connections.
struct Counter {
    address: String,
    opened: Arc<AtomicUsize>,
}

impl Counter {
    fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let opened: Arc<AtomicUsize> = Arc::default();
        let (server, count) = (server.trim_start_matches("https://").to_owned(), Arc::clone(&opened));
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                count.fetch_add(1, Ordering::Relaxed);
                let server = TcpStream::connect(&server).unwrap();
                let (back, front) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                std::thread::spawn(move || pass(back, front));
                std::thread::spawn(move || pass(client, server));
            }
        });
        Self { address, opened }
    }

    fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// How many connections there were since the last time.
    fn take(&self) -> usize {
        self.opened.swap(0, Ordering::Relaxed)
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    // Whichever side ends the connection, the other one is told.
    drop(io::copy(&mut from, &mut to));
    drop(to.shutdown(Shutdown::Write));
}

/// Deploys many objects and once more, and gives the connections that each took.
fn connections(cluster: &Cluster) -> (usize, usize) {
    let work = Workspace::on(cluster);
    for index in 0..300 {
        let head = format!("metadata: {{name: web-{index}, labels: {{deploy: web}}}}");
        work.write(&format!("base/{index}.yaml"), &format!("apiVersion: v1\nkind: ConfigMap\n{head}\n"));
    }
    let counter = Counter::before(&cluster.url());
    let apply = |what: &str| {
        let run = work.landfall(&["apply", "-f", "base", "-l", "deploy=web", "--prune", "--server", &counter.url()]);
        let run = run.success();
        assert_eq!(run.stdout.lines().filter(|line| line.ends_with(what)).count(), 300, "{}", run.stdout);
        counter.take()
    };
    (apply("created"), apply("unchanged"))
}

#[test]
fn requests_share_a_connection() {
    let (created, unchanged) = connections(&Cluster::start());
    // The first requests go out at once, before any of them knows that its connection can be shared.
    assert!(created <= 5 && unchanged <= 5, "{created} and {unchanged} connections");
}

#[test]
fn a_server_without_http_2_gets_as_many_connections_as_there_are_requests() {
    let cluster = Cluster::builder().api_server_flag("--disable-http2-serving").start();
    let (created, unchanged) = connections(&cluster);
    assert!((16..=80).contains(&created) && (16..=80).contains(&unchanged), "{created} and {unchanged} connections");
}

/// Behind a load balancer, API servers ask their clients now and then to connect anew.
#[test]
fn a_server_that_ends_the_connection_in_the_middle_is_connected_to_again() {
    let cluster = Cluster::builder().api_server_flag("--goaway-chance=0.02").start();
    let (created, _) = connections(&cluster);
    assert!(created > 5, "the server never ended one of the {created} connections");
}
