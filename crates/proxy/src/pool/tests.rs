use std::collections::BTreeMap;

use super::*;
use crate::config::{Endpoint, ServicePort};

fn endpoint(pod: &str) -> Endpoint {
    Endpoint {
        pod: pod.to_owned(),
        uid: String::new(),
        host: "127.0.0.1".to_owned(),
        targets: BTreeMap::from([("http".to_owned(), 8080)]),
        state: EndpointState::Active,
        ready: true,
        probed: false,
        probes: Vec::new(),
    }
}

fn leaving(pod: &str) -> Endpoint {
    Endpoint { state: EndpointState::Leaving, ..endpoint(pod) }
}

fn service(endpoints: Vec<Endpoint>) -> ServiceConfig {
    ServiceConfig {
        revision: 1,
        service: "web in namespace shop".to_owned(),
        ports: vec![ServicePort { name: "http".to_owned(), listen: 80, protocol: Protocol::Tcp }],
        endpoints,
        affinity_seconds: None,
        hold_seconds: 0,
    }
}

fn pool(config: ServiceConfig) -> Arc<Pool> {
    let pool = Pool::new(Arc::new(Resolver::new(([127, 0, 0, 1], 9).into())), watch::Sender::new(0));
    pool.apply(config, false);
    pool
}

/// The pods that so many new connections of one client come to.
fn turns(pool: &Arc<Pool>, client: u8, count: usize) -> Vec<String> {
    let held: Vec<_> =
        (0..count).map_while(|_| pool.choose(Protocol::Tcp, 80, [10, 0, 0, client].into(), &[])).collect();
    let state = lock(&pool.state);
    let name = |choice: &Choice| {
        let member = state.members.iter().find(|member| Arc::ptr_eq(&member.handle, choice.held.handle()));
        member.map_or("?".to_owned(), |member| member.endpoint.pod.clone())
    };
    let names = held.iter().map(name).collect();
    drop(state);
    names
}

#[tokio::test]
async fn ready_pods_take_turns() {
    let unready = Endpoint { ready: false, ..endpoint("c") };
    let elsewhere = Endpoint { targets: BTreeMap::new(), ..endpoint("d") };
    let pool = pool(service(vec![endpoint("a"), leaving("b"), unready, elsewhere, endpoint("e")]));
    assert_eq!(turns(&pool, 1, 4), ["a", "e", "a", "e"]);
    assert!(pool.told("c", true));
    assert!(!pool.told("z", true));
    assert_eq!(turns(&pool, 1, 3), ["a", "c", "e"]);
    assert!(pool.choose(Protocol::Udp, 80, [10, 0, 0, 1].into(), &[]).is_none());
}

#[tokio::test]
async fn a_pod_that_was_not_reached_comes_last() {
    let pool = pool(service(vec![endpoint("a"), endpoint("b")]));
    let first = pool.choose(Protocol::Tcp, 80, [10, 0, 0, 1].into(), &[]).unwrap();
    pool.reached(first.held.handle(), false);
    assert_eq!(turns(&pool, 1, 3), ["b", "b", "b"]);
    pool.apply(service(vec![endpoint("a")]), false);
    assert_eq!(turns(&pool, 1, 1), ["a"], "it is better than none");
}

#[tokio::test]
async fn with_affinity_a_client_stays_while_its_pod_is_ready() {
    let config = ServiceConfig { affinity_seconds: Some(60), ..service(vec![endpoint("a"), endpoint("b")]) };
    let pool = pool(config.clone());
    assert_eq!(turns(&pool, 1, 3), ["a", "a", "a"]);
    assert_eq!(turns(&pool, 2, 2), ["b", "b"]);
    assert_eq!(turns(&pool, 3, 2), ["a", "a"]);
    pool.apply(ServiceConfig { endpoints: vec![leaving("a"), endpoint("b")], ..config }, false);
    assert_eq!(turns(&pool, 1, 2), ["b", "b"]);
}

#[tokio::test]
async fn a_leaving_pod_is_drained_when_its_last_connection_has_ended() {
    let pool = pool(service(vec![endpoint("a")]));
    let choice = pool.choose(Protocol::Tcp, 80, [10, 0, 0, 1].into(), &[]).unwrap();
    pool.apply(service(vec![leaving("a"), endpoint("b")]), false);
    let report = |pool: &Arc<Pool>| (pool.reports()[0].connections, pool.reports()[0].drained);
    assert!(choice.held.handle().is_leaving());
    assert_eq!(report(&pool), (1, false));
    let mut changes = pool.changes();
    drop(choice);
    assert!(changes.has_changed().unwrap());
    changes.mark_unchanged();
    assert_eq!(report(&pool), (0, true));
    assert!(!pool.reports()[1].drained);
}

#[tokio::test]
async fn a_pod_under_an_old_name_is_another_one() {
    let pool = pool(service(vec![Endpoint { uid: "1".to_owned(), ..endpoint("db-0") }]));
    let old = pool.choose(Protocol::Tcp, 80, [10, 0, 0, 1].into(), &[]).unwrap();
    pool.apply(service(vec![Endpoint { uid: "2".to_owned(), ..endpoint("db-0") }]), false);
    assert!(old.held.handle().is_leaving());
    assert_eq!(pool.reports()[0].connections, 0);
}

#[tokio::test]
async fn ports_are_open_while_a_pod_is_ready_and_for_the_hold_after_it() {
    let pool = pool(service(vec![endpoint("a")]));
    assert!(pool.is_open(Protocol::Tcp, 80));
    assert!(!pool.is_open(Protocol::Tcp, 81));
    pool.apply(service(vec![leaving("a")]), false);
    assert!(!pool.is_open(Protocol::Tcp, 80));
    pool.apply(ServiceConfig { hold_seconds: 30, ..service(vec![leaving("a")]) }, false);
    assert!(pool.is_open(Protocol::Tcp, 80));
    let never = Pool::new(Arc::new(Resolver::new(([127, 0, 0, 1], 9).into())), watch::Sender::new(0));
    never.apply(ServiceConfig { hold_seconds: 30, ..service(vec![leaving("a")]) }, false);
    assert!(!never.is_open(Protocol::Tcp, 80), "there was no pod to be lost");
}
