//! The HTTP entry of an environment.

use std::process::Command;

use landfall_docker::ingress;
use serde_json::{Value, json};

use crate::around::{Environment, environment, get};

fn shop(env: &Environment, annotations: &Value, tls: &Value) -> Value {
    let backend = |name: &str| json!({"service": {"name": name, "port": {"name": "http"}}});
    env.object(
        "networking.k8s.io/v1",
        "Ingress",
        "shop",
        &json!({
            "metadata": {"annotations": annotations},
            "spec": {"tls": tls, "rules": [
                {"host": "shop.example", "http": {"paths": [
                    {"path": "/env", "pathType": "Prefix", "backend": backend("api")},
                    {"path": "/", "pathType": "Prefix", "backend": backend("web")},
                ]}},
            ]},
        }),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_go_to_services_by_host_and_path() {
    let Some(env) = environment("entry").await else { return };
    let service = |name: &str| {
        env.service(
            name,
            &json!({"selector": {"app": name}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}),
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new("openssl")
        .current_dir(folder.path())
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args([
            "-subj",
            "/CN=shop.example",
            "-addext",
            "subjectAltName=DNS:shop.example",
            "-keyout",
            "key",
            "-out",
            "crt",
        ])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let secret =
        env.object("v1", "Secret", "cert", &json!({"stringData": {"tls.crt": read("crt"), "tls.key": read("key")}}));
    let deploy = env.deploy(&[service("web"), service("api"), secret]).await;
    for name in ["web", "api"] {
        deploy.services.ensure(&service(name)).await.unwrap();
    }
    let web = deploy.roll(&env.workload("Deployment", "web", "v1", &json!({}))).await;
    let of_api = json!({"container": {"env": [{"name": "A", "value": "api"}]}});
    deploy.roll(&env.workload("Deployment", "api", "v2", &of_api)).await;

    let plain = shop(&env, &json!({ingress::HTTP_PORT: "30180"}), &json!(null));
    ingress::ensure(&env.site, &[&plain], &*deploy.objects).await.unwrap();
    let address = env.published(30180);
    assert_eq!(get(address, "/", "shop.example").await.unwrap(), format!("v1 {}\n", web[0].name));
    assert_eq!(get(address, "/env?A", "shop.example").await.unwrap(), "api\n");
    assert!(get(address, "/", "other.example").await.unwrap_err().starts_with("HTTP/1.1 404"));
    assert!(ingress::drift(&env.site, &[&plain], &env.containers().await).is_empty());

    // With TLS, another port of the host is needed.
    let annotations = json!({ingress::HTTP_PORT: "30180", ingress::HTTPS_PORT: "30181"});
    let secure = shop(&env, &annotations, &json!([{"hosts": ["shop.example"], "secretName": "cert"}]));
    let drift = ingress::drift(&env.site, &[&secure], &env.containers().await);
    assert_eq!(drift, ["its proxy, the container 'ingress.entry', has other names or published ports"]);
    let notes = ingress::ensure(&env.site, &[&secure], &*deploy.objects).await.unwrap();
    assert!(notes[0].starts_with("The HTTP entry was made anew"), "{notes:?}");
    let resolve = format!("shop.example:30181:{}", env.bench.address());
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--max-time", "20", "--resolve", &resolve, "--cacert"])
        .arg(folder.path().join("crt"))
        .arg("https://shop.example:30181/env?A")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "api\n", "{}", String::from_utf8_lossy(&output.stderr));

    ingress::ensure(&env.site, &[], &*deploy.objects).await.unwrap();
    assert!(get(address, "/", "shop.example").await.is_err());
    deploy.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_cannot_be_used_is_told_and_leaves_nothing() {
    let Some(env) = environment("bad-cert").await else { return };
    let service = env.service("web", &json!({"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80}]}));
    let secret = env.object("v1", "Secret", "cert", &json!({"stringData": {"tls.crt": "no", "tls.key": "hidden"}}));
    let deploy = env.deploy(&[service, secret]).await;
    let annotations = json!({ingress::HTTP_PORT: "30182", ingress::HTTPS_PORT: "30183"});
    let secure = shop(&env, &annotations, &json!([{"secretName": "cert"}]));
    let fault = ingress::ensure(&env.site, &[&secure], &*deploy.objects).await.unwrap_err();
    assert!(fault.full().contains("Secret bad-cert/cert has no certificate in PEM"), "{}", fault.full());
    assert!(!fault.full().contains("hidden"));
    assert_eq!(env.left().await, ["landfall.lock.bad-cert"]);
    deploy.end().await;
}
