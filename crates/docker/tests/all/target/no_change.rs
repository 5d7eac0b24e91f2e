//! A deploy that changes nothing: no write, and quick.

use std::time::{Duration, Instant};

use super::support::environment;

/// Twenty Deployments with a Service and a ConfigMap each.
fn sixty() -> String {
    let one = |number: usize| {
        format!(
            r#"
apiVersion: v1
kind: ConfigMap
metadata: {{name: settings-{number}, labels: {{deploy: sixty}}}}
data: {{number: "{number}"}}
---
apiVersion: v1
kind: Service
metadata: {{name: web-{number}, labels: {{deploy: sixty}}}}
spec: {{clusterIP: None, selector: {{app: web-{number}}}, ports: [{{port: 8080}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web-{number}, labels: {{deploy: sixty}}}}
spec:
  selector: {{matchLabels: {{app: web-{number}}}}}
  template:
    metadata: {{labels: {{app: web-{number}}}}}
    spec:
      containers:
        - name: web
          image: target/web:v1
          imagePullPolicy: Never
          readinessProbe: {{httpGet: {{path: /ready, port: 8080}}, periodSeconds: 1}}
"#
        )
    };
    (0..20).map(one).collect::<Vec<_>>().join("---")
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_objects_without_a_change_are_read_at_once_and_nothing_is_written() {
    let Some(environment) = environment("sixty").await else { return };
    let manifests = sixty();
    let first = environment.deploy(&manifests).await;
    assert!(first.contains("live"), "{first}");
    // The engine counts events by seconds; those of the first deploy are past then.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let since = environment.target.engine().now().as_second().to_string();
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..5 {
        let begin = Instant::now();
        assert_eq!(environment.deploy(&manifests).await, "live\n");
        times.push(begin.elapsed());
    }
    times.sort();
    println!("60 objects without a change: {times:?}");
    // The machine of the tests is shared by many; a deploy alone takes a tenth of it.
    assert!(times[0] < Duration::from_millis(1500), "{times:?}");
    let until = (environment.target.engine().now().as_second() + 1).to_string();
    let key = environment.key();
    let events = environment.bench.docker(&[
        "events",
        "--since",
        &since,
        "--until",
        &until,
        "--format",
        "{{.Type}} {{.Action}} {{.Actor.ID}} {{json .Actor.Attributes}}",
    ]);
    let output = events.ok();
    let own: Vec<&str> = output.lines().filter(|line| line.contains(&key)).collect();
    assert_eq!(own, Vec::<&str>::new(), "a deploy without changes writes nothing");
}
