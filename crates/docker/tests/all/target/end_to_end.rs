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
    insta::assert_snapshot!(environment.deploy(SHOP).await, @"
    create configmap/settings
    create persistentvolumeclaim/data
    create secret/token
    create service/web
    create deployment/store
    create deployment/web
    live
    persistentvolumeclaim/data: bound to the volume data.e2e
    service/web: it exists
    deployment/web: 2 of 2 pods are ready
    deployment/store: 1 of 1 pods are ready
    ");
    insta::assert_snapshot!(environment.containers(), @"
    store.e2e running
    svc-web.e2e running
    web.e2e running
    web.e2e running
    ");
    insta::assert_snapshot!(environment.deploy(SHOP).await, @"live");
    let second = SHOP.replace("target/web:v1", "target/web:v2").replace("hello", "good day");
    insta::assert_snapshot!(environment.deploy(&second).await, @"
    update configmap/settings
    update deployment/store
    update deployment/web
    live
    persistentvolumeclaim/data: bound to the volume data.e2e
    service/web: it exists
    deployment/web: 2 of 2 pods are ready
    deployment/store: 1 of 1 pods are ready
    ");
    insta::assert_snapshot!(environment.containers(), @"
    store.e2e running
    svc-web.e2e running
    web.e2e running
    web.e2e running
    ");
    environment.break_by_hand();
    insta::assert_snapshot!(environment.deploy(&second).await, @"
    repair (its proxy, the container 'svc-web.e2e', is not there) service/web
    repair (the container store-HASH.e2e is stopped) deployment/store
    repair (1 of its 2 pods is missing; a volume of a pod that is gone is left) deployment/web
    live
    persistentvolumeclaim/data: bound to the volume data.e2e
    service/web: it exists
    deployment/web: 2 of 2 pods are ready
    deployment/store: 1 of 1 pods are ready
    ");
    insta::assert_snapshot!(environment.deploy(&second).await, @"live");
    let (settings, _) = second.split_once("---").unwrap();
    insta::assert_snapshot!(environment.deploy(settings).await, @"
    keep (a PersistentVolumeClaim is never deleted without approval: the data in its volume may be lost with it) persistentvolumeclaim/data
    prune secret/token
    prune service/web
    prune deployment/store
    prune deployment/web
    live
    ");
    insta::assert_snapshot!(environment.containers(), @"");
}
