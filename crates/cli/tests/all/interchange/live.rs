//! All that the tools left on a cluster.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::normal::is_by_controller;

/// Objects by `apiVersion Kind namespace/name`.
pub type Objects = BTreeMap<String, Value>;

/// A client of one cluster, apart from both tools.
pub struct Reader {
    client: kube::Client,
    runtime: Runtime,
}

/// Kinds that tell of others, that keep allocations, or that only the API server writes.
const LEFT_OUT: [&str; 4] = ["events", "ipaddresses", "componentstatuses", "leases"];

const DISCOVERY: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

impl Reader {
    /// Connects with a kubeconfig.
    pub fn new(kubeconfig: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let client = runtime.block_on(async {
            let kubeconfig = Kubeconfig::read_from(kubeconfig).unwrap();
            let config = kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
            kube::Client::try_from(config).unwrap()
        });
        Self { client, runtime }
    }

    /// Every object of every kind that either tool wrote or that carries the label, as the server returns it.
    pub fn objects(&self, label: (&str, &str)) -> Objects {
        self.runtime.block_on(async {
            let mut lists = tokio::task::JoinSet::new();
            for (path, api_version, kind) in kinds(&self.client).await {
                let client = self.client.clone();
                lists.spawn(async move {
                    let list = get(&client, &path, "application/json").await;
                    (list, api_version, kind)
                });
            }
            let mut objects = Objects::new();
            while let Some(list) = lists.join_next().await {
                let (list, api_version, kind) = list.unwrap();
                for mut object in list["items"].as_array().cloned().unwrap_or_default() {
                    object["apiVersion"] = json!(api_version);
                    object["kind"] = json!(kind);
                    if counts(&object, label) {
                        let namespace = object["metadata"]["namespace"].as_str().unwrap_or_default();
                        let name = object["metadata"]["name"].as_str().unwrap_or_default();
                        objects.insert(format!("{api_version} {kind} {namespace}/{name}"), object);
                    }
                }
            }
            objects
        })
    }

    /// Waits until a path answers.
    pub fn wait_for(&self, path: &str) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while let Err(error) = self.try_send("GET", path, "application/json", &Value::Null) {
            assert!(Instant::now() < deadline, "{path}: {error}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Sends a request as some third party would; a refusal is told as text.
    pub fn try_send(&self, method: &str, path: &str, content_type: &str, body: &Value) -> Result<Value, String> {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("Content-Type", content_type)
            .body(body.to_string().into_bytes())
            .unwrap();
        self.runtime.block_on(self.client.request(request)).map_err(|error| error.to_string())
    }
}

/// Whether either tool wrote the object, or it carries the label. What only controllers wrote, such as the Pods of a
/// Deployment, is theirs, and Landfall's own record is not an object of the revision.
fn counts(object: &Value, (key, value): (&str, &str)) -> bool {
    let metadata = &object["metadata"];
    if metadata["labels"].get("landfall.dev/inventory").is_some() {
        return false;
    }
    let entries = metadata["managedFields"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !entries.is_empty() && entries.iter().all(is_by_controller) {
        return false;
    }
    let by_tool = |entry: &Value| {
        entry["manager"]
            .as_str()
            .is_some_and(|manager| manager.starts_with("kubectl") || manager.starts_with("landfall"))
    };
    metadata["labels"].get(key).is_some_and(|label| label == value) || entries.iter().any(by_tool)
}

async fn get(client: &kube::Client, path: &str, accept: &str) -> Value {
    let request = http::Request::get(path).header("Accept", accept).body(Vec::new()).unwrap();
    client.request(request).await.unwrap_or_else(|error| panic!("GET {path}: {error}"))
}

/// The path of the list, the version and the name of every kind that can be listed, in its preferred version.
async fn kinds(client: &kube::Client) -> Vec<(String, String, String)> {
    let mut kinds = Vec::new();
    for root in ["/api", "/apis"] {
        let groups = get(client, root, DISCOVERY).await;
        for group in groups["items"].as_array().into_iter().flatten() {
            let name = group["metadata"]["name"].as_str().unwrap_or_default();
            let mut seen = Vec::new();
            for version in group["versions"].as_array().into_iter().flatten() {
                let version_name = version["version"].as_str().unwrap_or_default();
                let api_version =
                    if name.is_empty() { version_name.to_owned() } else { format!("{name}/{version_name}") };
                for resource in version["resources"].as_array().into_iter().flatten() {
                    let plural = resource["resource"].as_str().unwrap_or_default();
                    let can =
                        |verb: &str| resource["verbs"].as_array().is_some_and(|verbs| verbs.iter().any(|v| v == verb));
                    if can("list") && can("create") && !seen.contains(&plural) && !LEFT_OUT.contains(&plural) {
                        seen.push(plural);
                        let kind = resource["responseKind"]["kind"].as_str().unwrap_or_default().to_owned();
                        kinds.push((format!("{root}/{api_version}/{plural}"), api_version.clone(), kind));
                    }
                }
            }
        }
    }
    kinds
}
