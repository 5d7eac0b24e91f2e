//! Services, from the inside and from the outside.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::json;

use crate::around::{environment, first_answer, get};

fn probed() -> serde_json::Value {
    json!({"container": {"ports": [{"name": "http", "containerPort": 8080}],
                         "readinessProbe": {"httpGet": {"port": "http", "path": "/ready"}, "periodSeconds": 1}}})
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_those_of_a_cluster() {
    let Some(env) = environment("names").await else { return };
    let web = env.service("web", &json!({"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "http"}]}));
    let db = env.service("db", &json!({"clusterIP": "None", "selector": {"app": "db"}, "ports": [{"port": 8080}]}));
    let far = env.service(
        "far",
        &json!({"type": "ExternalName", "externalName": "web.names.svc.cluster.local", "ports": [{"port": 80}]}),
    );
    let deploy = env.deploy(&[web.clone(), db.clone(), far.clone()]).await;
    for service in [&web, &db, &far] {
        assert_eq!(deploy.services.ensure(service).await.unwrap(), Vec::<String>::new());
    }
    let web = deploy.roll(&env.workload("Deployment", "web", "v1", &probed())).await;
    let mut of_set = probed();
    of_set["spec"] = json!({"serviceName": "db"});
    let db = deploy.roll(&env.workload("StatefulSet", "db", "v2", &of_set)).await;
    let (client, web, db) = (web[0].host(), format!("v1 {}\n", web[0].name), format!("v2 {}\n", db[0].name));
    for (name, expected) in [
        ("web", &web),
        ("web.names", &web),
        ("web.names.svc", &web),
        ("web.names.svc.cluster.local", &web),
        ("far", &web),
        ("far.names.svc.cluster.local", &web),
        ("db:8080", &db),
        ("db.names.svc.cluster.local:8080", &db),
        ("db-0.db:8080", &db),
        ("db-0.db.names.svc:8080", &db),
        ("db-0.db.names.svc.cluster.local:8080", &db),
    ] {
        assert_eq!(&env.get_from(&client, &format!("http://{name}/")).await, expected, "{name}");
    }
    deploy.end().await;
    // Nothing of it needs Landfall.
    assert_eq!(env.get_from(&client, "http://web/").await, web);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_notices_a_new_version() {
    let Some(env) = environment("switch-over").await else { return };
    let service = env.service(
        "web",
        &json!({"type": "NodePort", "selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080, "nodePort": 30111}]}),
    );
    let deploy = env.deploy(std::slice::from_ref(&service)).await;
    deploy.services.ensure(&service).await.unwrap();
    deploy.roll(&env.workload("Deployment", "web", "v1", &probed())).await;
    deploy.end().await;

    let address = env.published(30111);
    let (stop, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (stop, asked) = (Arc::clone(&stop), Arc::clone(&asked));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    get(address, "/slow?20ms", "x").await.unwrap();
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    let deploy = env.deploy(std::slice::from_ref(&service)).await;
    let new = deploy.roll(&env.workload("Deployment", "web", "v2", &probed())).await;
    assert_eq!(get(address, "/", "x").await.unwrap(), format!("v2 {}\n", new[0].name));
    deploy.end().await;
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    assert!(asked.load(Ordering::Relaxed) > 20, "{asked:?}");
    // Nothing is left of the old pod, the lock, or the filling of volumes.
    assert_eq!(env.left().await, ["svc-web.switch-over".to_owned(), new[0].host()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_wait_while_the_only_pod_that_writes_to_a_claim_is_replaced() {
    let Some(env) = environment("stop-first").await else { return };
    let service = env.service(
        "web",
        &json!({"type": "NodePort", "selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080, "nodePort": 30112}]}),
    );
    let claim = env.object("v1", "PersistentVolumeClaim", "data", &json!({"spec": {}}));
    let mut parts = probed();
    parts["container"]["volumeMounts"] = json!([{"name": "data", "mountPath": "/data"}]);
    parts["container"]["env"] = json!([{"name": "START_DELAY", "value": "1s"}]);
    parts["pod"] = json!({"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]});
    let deploy = env.deploy(&[service.clone(), claim.clone()]).await;
    deploy.services.ensure(&service).await.unwrap();
    deploy.roll(&env.workload("Deployment", "web", "v1", &parts)).await;
    let address = env.published(30112);
    assert!(first_answer(address).await.starts_with("v1 web-"));
    // Nobody is refused at any moment: who comes while no pod is there waits for the next one.
    let client = tokio::spawn(async move {
        while !get(address, "/", "x").await.unwrap().starts_with("v2 web-") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    deploy.roll(&env.workload("Deployment", "web", "v2", &parts)).await;
    client.await.unwrap();
    deploy.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_told_with_who_has_it_and_the_old_ports_go_on() {
    let Some(env) = environment("ports").await else { return };
    env.bench
        .docker(&["run", "--detach", "--name", "legacy", "--publish", "30122:8080", "landfall-around/web:v1"])
        .ok();
    let service = |port: u16| {
        env.service(
            "web",
            &json!({"type": "NodePort", "selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080, "nodePort": port}]}),
        )
    };
    let deploy = env.deploy(&[service(30121)]).await;
    deploy.services.ensure(&service(30121)).await.unwrap();
    deploy.roll(&env.workload("Deployment", "web", "v1", &probed())).await;
    assert!(first_answer(env.published(30121)).await.starts_with("v1 web-"));

    let fault = deploy.services.ensure(&service(30122)).await.unwrap_err();
    insta::assert_snapshot!(fault.full(), @"Port 30122/tcp of the host, which the container 'svc-web.ports' is to publish, is taken by the container 'legacy'. Stop 'legacy', or choose another port in the manifest");
    assert!(get(env.published(30121), "/", "x").await.unwrap().starts_with("v1 web-"));

    // No port is in both: nobody is refused, and nothing needs to be told.
    assert_eq!(deploy.services.ensure(&service(30123)).await.unwrap(), Vec::<String>::new());
    assert!(get(env.published(30123), "/", "x").await.unwrap().starts_with("v1 web-"));
    assert!(get(env.published(30121), "/", "x").await.is_err());

    let mut both = service(30123);
    both["spec"]["ports"] = json!([{"name": "a", "port": 80, "targetPort": 8080, "nodePort": 30123}, {"name": "b", "port": 81, "targetPort": 8080, "nodePort": 30124}]);
    let notes = deploy.services.ensure(&both).await.unwrap();
    assert!(notes[0].starts_with("The proxy of the Service web was made anew, since published ports cannot be changed: new connections were refused for "), "{notes:?}");
    assert!(get(env.published(30124), "/", "x").await.unwrap().starts_with("v1 web-"));

    // Somebody removes the proxy: whoever comes next makes it anew.
    env.bench.docker(&["rm", "--force", "svc-web.ports"]).ok();
    deploy.roll(&env.workload("Deployment", "web", "v2", &probed())).await;
    assert!(first_answer(env.published(30124)).await.starts_with("v2 web-"));
    deploy.services.remove("ports", "web").await.unwrap();
    assert!(get(env.published(30124), "/", "x").await.is_err());
    env.bench.docker(&["rm", "--force", "legacy"]).ok();
    deploy.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_that_was_broken_off_is_finished() {
    let Some(env) = environment("broken-off").await else { return };
    let service = env.service("web", &json!({"selector": {"app": "web"}, "ports": [{"port": 80}]}));
    let deploy = env.deploy(std::slice::from_ref(&service)).await;
    deploy.services.ensure(&service).await.unwrap();
    // As after a kill between the end of the old one and the new name of its successor.
    env.bench.docker(&["rename", "svc-web.broken-off", "svc-web.broken-off.next"]).ok();
    deploy.services.ensure(&service).await.unwrap();
    assert_eq!(env.left().await, ["landfall.lock.broken-off", "svc-web.broken-off"]);
    // As after a kill between the stop of the old one and the start of the new one.
    env.bench.docker(&["stop", "svc-web.broken-off"]).ok();
    let labels = ["--label", "landfall.dev/environment=broken-off", "--label", "landfall.dev/part=service"];
    let create = [&["create", "--name", "svc-web.broken-off.next"], &labels[..], &["landfall-around/web:v1"]].concat();
    env.bench.docker(&create).ok();
    deploy.services.ensure(&service).await.unwrap();
    assert_eq!(env.left().await, ["landfall.lock.broken-off", "svc-web.broken-off"]);
    deploy.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_of_somebody_else_in_the_place_of_a_proxy_is_named() {
    let Some(env) = environment("taken").await else { return };
    env.bench.docker(&["create", "--name", "svc-web.taken", "landfall-around/web:v1"]).ok();
    let service = env.service("web", &json!({"selector": {"app": "web"}, "ports": [{"port": 80}]}));
    let deploy = env.deploy(std::slice::from_ref(&service)).await;
    let fault = deploy.services.ensure(&service).await.unwrap_err();
    insta::assert_snapshot!(fault.full(), @"The name 'svc-web.taken' is taken by a container that does not belong to this environment. Rename or remove it; Landfall does not touch containers that it did not make");
    deploy.services.remove("taken", "web").await.unwrap();
    env.bench.docker(&["rm", "svc-web.taken"]).ok();
    deploy.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pods_get_the_name_of_a_headless_service_that_comes_later() {
    let Some(env) = environment("later").await else { return };
    let deploy = env.deploy(&[]).await;
    let web = deploy.roll(&env.workload("Deployment", "web", "v1", &probed())).await;
    let service =
        env.service("peers", &json!({"clusterIP": "None", "selector": {"app": "web"}, "ports": [{"port": 8080}]}));
    let notes = deploy.services.ensure(&service).await.unwrap();
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].contains("which cut their open connections"), "{notes:?}");
    let host = web[0].host();
    assert_eq!(env.get_from(&host, "http://peers.later.svc:8080/").await, format!("v1 {}\n", web[0].name));
    assert_eq!(env.get_from(&host, &format!("http://{host}:8080/")).await, format!("v1 {}\n", web[0].name));
    assert_eq!(deploy.services.ensure(&service).await.unwrap(), Vec::<String>::new());
    deploy.end().await;
}
