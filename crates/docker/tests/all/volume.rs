//! Volumes of pods.

use landfall_docker::rollout::Volumes;
use serde_json::{Value, json};

use crate::around::environment;

fn config_map(data: &Value) -> Value {
    json!({"data": data})
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_a_config_map_change_in_place() {
    let Some(env) = environment("files").await else { return };
    let object = |data: Value| env.object("v1", "ConfigMap", "app", &config_map(&data));
    let secret = env.object("v1", "Secret", "key", &json!({"data": {"key": "c2VjcmV0"}}));
    let parts = json!({
        "container": {"volumeMounts": [
            {"name": "conf", "mountPath": "/conf"},
            {"name": "all", "mountPath": "/all"},
            {"name": "conf", "mountPath": "/one/site.conf", "subPath": "site.conf"},
        ]},
        "pod": {"volumes": [
            {"name": "conf", "configMap": {"name": "app"}},
            {"name": "all", "projected": {"sources": [
                {"secret": {"name": "key", "items": [{"key": "key", "path": "deep/key"}]}},
                {"configMap": {"name": "app", "optional": true}},
                {"downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]}},
            ]}},
        ]},
    });
    let old = object(json!({"site.conf": "one", "gone.conf": "x"}));
    let deploy = env.deploy(&[old, secret.clone()]).await;
    let pods = deploy.roll(&env.workload("Deployment", "web", "v1", &parts)).await;
    let pod = pods[0].host();
    for (path, expected) in [
        ("/conf/site.conf", "one"),
        ("/conf/gone.conf", "x"),
        ("/one/site.conf", "one"),
        ("/all/deep/key", "secret"),
        ("/all/site.conf", "one"),
    ] {
        assert_eq!(env.file(&pod, path).await, expected, "{path}");
    }
    let labels = env.file(&pod, "/all/labels").await;
    assert!(labels.starts_with("app=\"web\"\npod-template-hash=\""), "{labels}");
    let mut objects = landfall_docker::pod::Objects::default();
    objects.insert(object(json!({"site.conf": "two", "new.conf": "y"})), "files");
    objects.insert(secret, "files");
    let notes = deploy.volumes.refresh("ConfigMap", "files", "app", &objects).await.unwrap();
    assert_eq!(notes, Vec::<String>::new());
    for (path, expected) in [
        ("/conf/site.conf", "two"),
        ("/conf/new.conf", "y"),
        ("/conf/gone.conf", "HTTP/1.1 404 Not Found: open /conf/gone.conf: no such file or directory\n"),
        // As in a cluster: what is mounted by a part of its path stays.
        ("/one/site.conf", "one"),
        ("/all/deep/key", "secret"),
        ("/all/site.conf", "two"),
    ] {
        assert_eq!(env.file(&pod, path).await, expected, "{path}");
    }
    // Neither old files nor old links are left.
    let volume = format!("landfall.pod.{}.conf", pods[0].uid);
    let folder = env.site.engine.volume(&volume).await.unwrap().unwrap().mountpoint;
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with("..2"))
        .collect();
    names.sort();
    assert_eq!(names, ["..data", "new.conf", "site.conf"]);
    deploy.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn modes_and_groups_are_those_of_the_kubelet() {
    let Some(env) = environment("modes").await else { return };
    let secret = env.object("v1", "Secret", "key", &json!({"stringData": {"key": "secret", "script": "x"}}));
    let claim = env.object("v1", "PersistentVolumeClaim", "data", &json!({"spec": {}}));
    let parts = json!({
        "container": {"volumeMounts": [
            {"name": "key", "mountPath": "/key"},
            {"name": "scratch", "mountPath": "/scratch"},
            {"name": "memory", "mountPath": "/memory"},
            {"name": "data", "mountPath": "/data"},
            {"name": "data", "mountPath": "/part", "subPath": "a/b"},
        ]},
        "pod": {
            "securityContext": {"runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 2000},
            "volumes": [
                {"name": "key", "secret": {"secretName": "key", "defaultMode": 0o400,
                                           "items": [{"key": "key", "path": "key"}, {"key": "script", "path": "script", "mode": 0o550}]}},
                {"name": "scratch", "emptyDir": {}},
                {"name": "memory", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}},
                {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
            ],
        },
    });
    let deploy = env.deploy(&[secret, claim]).await;
    let pods = deploy.roll(&env.workload("Pod", "web", "v1", &parts)).await;
    // It runs as 1000, and reads what only the group may.
    assert_eq!(env.file("web.modes", "/key/key").await, "secret");
    let modes = |volume: &str, path: &str| {
        let folder = env.bench.docker(&["volume", "inspect", "--format", "{{.Mountpoint}}", volume]).ok();
        let path = format!("{}/{path}", folder.trim());
        let stat = std::process::Command::new("stat").args(["--dereference", "--format", "%a %u:%g", &path]).output();
        String::from_utf8(stat.unwrap().stdout).unwrap().trim().to_owned()
    };
    let of_pod = |volume: &str| format!("landfall.pod.{}.{volume}", pods[0].uid);
    for (volume, path, expected) in [
        (of_pod("key"), "key", "440 0:2000"),
        (of_pod("key"), "script", "550 0:2000"),
        (of_pod("key"), "..data", "2755 0:2000"),
        (of_pod("scratch"), "", "2777 0:2000"),
        ("data.modes".to_owned(), "", "2777 0:2000"),
        ("data.modes".to_owned(), "a/b", "2777 0:2000"),
    ] {
        assert_eq!(modes(&volume, path), expected, "{volume} {path}");
    }
    let mounts = env.file("web.modes", "/proc/mounts").await;
    let memory = mounts.lines().find(|line| line.contains(" /memory ")).unwrap();
    assert!(memory.contains("size=1024k,mode=2777,gid=2000"), "{memory}");
    // What lives as long as the pod goes with it; the claim stays.
    deploy.rollouts.remove(&pods[0].owner).await.unwrap();
    assert_eq!(env.left().await, ["data.modes", "landfall.lock.modes"]);
    deploy.end().await;
    landfall_docker::volume::remove_claim(&env.site, "data", "modes").await.unwrap();
    assert_eq!(env.left().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_keeps_its_data_and_is_nobody_elses() {
    let Some(env) = environment("claims").await else { return };
    let claim = env.object("v1", "PersistentVolumeClaim", "data", &json!({"spec": {}}));
    let ensure = || landfall_docker::volume::ensure_claim(&env.site, &claim, "claims", &[]);
    env.bench.docker(&["volume", "create", "data.claims"]).ok();
    let fault = ensure().await.unwrap_err().full();
    let folder = env.site.engine.volume("data.claims").await.unwrap().unwrap().mountpoint;
    insta::assert_snapshot!(fault.replace(&folder, "<folder>"), @"The volume 'data.claims' is there already, and does not belong to this environment. Remove it if nobody needs its data; to use its data, name its folder <folder> as the `hostPath` of a PersistentVolume whose `claimRef` is the claim");
    assert!(landfall_docker::volume::remove_claim(&env.site, "data", "claims").await.is_err());
    env.bench.docker(&["volume", "rm", "data.claims"]).ok();

    ensure().await.unwrap();
    ensure().await.unwrap();
    let run = ["run", "--detach", "--name", "backup", "--volume"];
    env.bench.docker(&[&run[..], &["data.claims:/data:ro", "landfall-around/web:v1"]].concat()).ok();
    ensure().await.unwrap();
    env.bench.docker(&["rm", "--force", "backup"]).ok();
    env.bench.docker(&[&run[..], &["data.claims:/data", "landfall-around/web:v1"]].concat()).ok();
    insta::assert_snapshot!(ensure().await.unwrap_err().full(), @"The volume 'data.claims' of the claim 'data' is written to by the container 'backup', which Landfall did not make. Stop it (`docker stop backup`): two programs that write to the same data destroy it");
    env.bench.docker(&["rm", "--force", "backup"]).ok();
    landfall_docker::volume::remove_claim(&env.site, "data", "claims").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_deploy_left_is_removed() {
    let Some(env) = environment("swept").await else { return };
    let app = env.object("v1", "ConfigMap", "app", &config_map(&json!({"a": "b"})));
    let parts = json!({
        "container": {"volumeMounts": [{"name": "conf", "mountPath": "/conf"}]},
        "pod": {"volumes": [{"name": "conf", "configMap": {"name": "app"}}]},
    });
    let deploy = env.deploy(std::slice::from_ref(&app)).await;
    let pods = deploy.roll(&env.workload("Pod", "web", "v1", &parts)).await;
    // As if it had been killed while it filled the volumes of another pod.
    let spec = pods[0].spec.clone();
    deploy.volumes.ensure("11111111-1111-1111-1111-111111111111", &spec).await.unwrap();
    let filler = ["--label", "landfall.dev/environment=swept", "--label", "landfall.dev/part=filler"];
    let create = [&["create", "--name", "landfall.fill.x"], &filler[..], &["landfall-around/web:v1"]].concat();
    env.bench.docker(&create).ok();
    assert_eq!(env.left().await.len(), 5);
    deploy.end().await;
    let deploy = env.deploy(&[app]).await;
    let own = format!("landfall.pod.{}.conf", pods[0].uid);
    assert_eq!(env.left().await, ["landfall.lock.swept", &own, "web.swept"]);
    // Again, over what is there.
    deploy.volumes.ensure(&pods[0].uid, &spec).await.unwrap();
    assert_eq!(env.file("web.swept", "/conf/a").await, "b");
    deploy.end().await;
}
