//! A small product with a bit of everything, from the first deploy to the last.

use super::support::environment;

const SHOP: &str = r#"
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, labels: {deploy: e2e}}
data: {greeting: hello}
---
apiVersion: v1
kind: Secret
metadata: {name: token, labels: {deploy: e2e}}
stringData: {token: swordfish}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, labels: {deploy: e2e}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {deploy: e2e}}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {deploy: e2e}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: target/web:v1
          imagePullPolicy: Never
          env:
            - {name: TOKEN, valueFrom: {secretKeyRef: {name: token, key: token}}}
          readinessProbe: {httpGet: {path: /ready, port: 8080}, periodSeconds: 1}
          volumeMounts: [{name: settings, mountPath: /settings}]
      volumes: [{name: settings, configMap: {name: settings}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: store, labels: {deploy: e2e}}
spec:
  selector: {matchLabels: {app: store}}
  template:
    metadata: {labels: {app: store}}
    spec:
      containers:
        - name: store
          image: target/web:v1
          imagePullPolicy: Never
          readinessProbe: {httpGet: {path: /ready, port: 8080}, periodSeconds: 1}
          volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_product_is_created_kept_changed_repaired_and_removed() {
    let Some(environment) = environment("e2e").await else { return };
    insta::assert_snapshot!(environment.deploy(SHOP).await, @"");
    insta::assert_snapshot!(environment.containers(), @"");
    insta::assert_snapshot!(environment.deploy(SHOP).await, @"");
}
