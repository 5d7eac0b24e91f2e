//! Where images come from.

use std::{collections::BTreeMap, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{
    Masked, Sources, key,
    node::{Faults, Node},
};

/// `imagePullPolicy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullPolicy {
    /// Before every creation of a container, so that a moved tag is followed.
    Always,
    /// Only if the engine does not have the image.
    IfNotPresent,
    /// Never: the image has to be there.
    Never,
}

/// Reads the policy of a container; by default a tag `latest`, or none, is always pulled, and others only if missing.
pub(super) fn policy(container: &Node<'_>, faults: &mut Faults) -> PullPolicy {
    let variants =
        [("Always", PullPolicy::Always), ("IfNotPresent", PullPolicy::IfNotPresent), ("Never", PullPolicy::Never)];
    faults.one_of(&container.get("imagePullPolicy"), &variants).unwrap_or_else(|| {
        let image = container.get("image").text().unwrap_or_default();
        if is_latest(image) { PullPolicy::Always } else { PullPolicy::IfNotPresent }
    })
}

/// Source: `SetDefaults_Container`, and `ParseImageName` in `pkg/util/parsers`.
fn is_latest(image: &str) -> bool {
    if image.contains('@') {
        return false;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    name.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}

/// What opens private registries: the credentials of all `imagePullSecrets`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct PullSecrets {
    /// By registry as the Secret writes it, without scheme: host, port and perhaps a path.
    by_registry: BTreeMap<String, Vec<Credentials>>,
}

impl fmt::Debug for PullSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.by_registry.keys()).finish()
    }
}

/// A user of a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The registry as the Secret names it.
    pub registry: String,
    /// The user's name.
    pub user: Masked<String>,
    /// Password or token.
    pub password: Masked<String>,
    /// A token that stands for both (`identitytoken`); empty if there is none.
    pub identity_token: Masked<String>,
}

impl PullSecrets {
    /// Those that may open an image's registry, the longest path first, to be tried one after the other; none for a
    /// public image.
    ///
    /// Source: `BasicDockerKeyring.Lookup` in `pkg/credentialprovider/keyring.go`.
    pub fn for_image(&self, image: &str) -> Vec<&Credentials> {
        let (registry, path) = registry_and_path(image);
        let full = format!("{registry}/{path}");
        let mut found: Vec<(&String, &Vec<Credentials>)> =
            self.by_registry.iter().filter(|(pattern, _)| opens(pattern, registry, &full)).collect();
        found.sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.len()));
        found.into_iter().flat_map(|(_, credentials)| credentials).collect()
    }
}

/// The registry's host and port, and the repository's path in it. An image without a registry is Docker Hub's.
fn registry_and_path(image: &str) -> (&str, &str) {
    match image.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (first, rest),
        _ => ("index.docker.io", image),
    }
}

/// Whether an entry is for this registry: hosts may have `*` for a label's part, paths are prefixes.
fn opens(pattern: &str, registry: &str, full: &str) -> bool {
    let (host, path) = pattern.split_once('/').unwrap_or((pattern, ""));
    let host = if matches!(host, "docker.io" | "registry-1.docker.io") { "index.docker.io" } else { host };
    let registry = if registry == "docker.io" { "index.docker.io" } else { registry };
    // `https://index.docker.io/v1/` is how docker itself names its hub.
    let path = match path.trim_end_matches('/') {
        "v1" | "v2" => "",
        path => path,
    };
    let labels = |name: &str| name.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (host, registry) = (labels(host), labels(registry));
    let same_host = host.len() == registry.len() && host.iter().zip(&registry).all(|(a, b)| matches_glob(a, b));
    let own_path = full.split_once('/').map_or("", |(_, path)| path);
    same_host
        && (path.is_empty() || own_path.strip_prefix(path).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)))
}

fn matches_glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len()).any(|end| rest.is_char_boundary(end) && matches_glob(after, &rest[end..]))
        }),
    }
}

/// Reads `imagePullSecrets` of a pod, or those of its ServiceAccount if it has none. One that is not there is passed over, as the kubelet does: the image may be public.
/// One that cannot be read is a fault.
pub(super) fn secrets(pod: &Node<'_>, namespace: &str, sources: &dyn Sources, faults: &mut Faults) -> PullSecrets {
    let mut secrets = PullSecrets::default();
    let own = pod.get("imagePullSecrets");
    // The admission plugin `ServiceAccount` writes those of the account into a pod that has none.
    let account =
        pod.get("serviceAccountName").text().or_else(|| pod.get("serviceAccount").text()).unwrap_or("default");
    let of_account = sources.find("ServiceAccount", namespace, account).and_then(|found| found.get("imagePullSecrets"));
    let references = match of_account {
        Some(of_account) if own.items().next().is_none() => Node { value: of_account, path: own.path.clone() },
        _ => own,
    };
    for reference in references.items() {
        let name = reference.get("name");
        let Some(secret) = name.text().and_then(|name| sources.find("Secret", namespace, name)) else { continue };
        match entries(secret) {
            Some(entries) => {
                for credentials in entries {
                    secrets.by_registry.entry(credentials.registry.clone()).or_default().push(credentials);
                }
            }
            None => {
                let message = "the Secret holds no registry credentials: `.dockerconfigjson` or `.dockercfg` in JSON";
                faults.add(&name, message);
            }
        }
    }
    secrets
}

fn entries(secret: &Value) -> Option<Vec<Credentials>> {
    let mut texts = key::texts(secret);
    let registries = match texts.remove(".dockerconfigjson") {
        Some(config) => serde_json::from_str::<Value>(&config).ok()?.get("auths")?.clone(),
        None => serde_json::from_str(&texts.remove(".dockercfg")?).ok()?,
    };
    registries.as_object()?.iter().map(|(registry, entry)| credentials(registry, entry)).collect()
}

fn credentials(registry: &str, entry: &Value) -> Option<Credentials> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (mut user, mut password) = (text("username"), text("password"));
    let both = text("auth");
    if !both.is_empty() {
        let decoded = String::from_utf8(STANDARD.decode(both.trim()).ok()?).ok()?;
        let (name, secret) = decoded.split_once(':')?;
        (user, password) = (name.to_owned(), secret.trim_end_matches('\0').to_owned());
    }
    let registry = registry.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
    Some(Credentials {
        registry: registry.to_owned(),
        user: Masked(user),
        password: Masked(password),
        identity_token: Masked(text("identitytoken")),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::pod::Objects;

    #[test]
    fn the_tag_tells_whether_an_image_is_pulled_again() {
        for (image, is_expected) in [
            ("web", true),
            ("web:latest", true),
            ("web:1", false),
            ("localhost:5000/web", true),
            ("localhost:5000/web:2", false),
            ("web:latest@sha256:0", false),
        ] {
            assert_eq!(is_latest(image), is_expected, "{image}");
        }
    }

    fn read(config: &str) -> (PullSecrets, Vec<String>) {
        let mut objects = Objects::default();
        let secret =
            json!({"kind": "Secret", "metadata": {"name": "pull"}, "stringData": {".dockerconfigjson": config}});
        objects.insert(secret, "default");
        let pod = json!({"imagePullSecrets": [{"name": "pull"}, {"name": "missing"}]});
        let mut faults = Faults::default();
        let secrets = secrets(&Node::new(&pod, ""), "default", &objects, &mut faults);
        (secrets, faults.lines())
    }

    #[test]
    fn credentials_are_found_by_registry_and_path() {
        let config = json!({"auths": {
            "https://index.docker.io/v1/": {"auth": STANDARD.encode("hub:p1")},
            "ghcr.io": {"username": "gh", "password": "p2"},
            "ghcr.io/acme": {"username": "acme", "password": "p3"},
            "*.example.org:5000": {"username": "ex", "password": "p4"},
        }});
        let (secrets, faults) = read(&config.to_string());
        assert_eq!(faults, Vec::<String>::new());
        for (image, users) in [
            ("nginx:1", vec!["hub"]),
            ("docker.io/library/nginx", vec!["hub"]),
            ("ghcr.io/acme/web:1", vec!["acme", "gh"]),
            ("ghcr.io/acmeother/web:1", vec!["gh"]),
            ("registry.example.org:5000/web", vec!["ex"]),
            ("quay.io/web", vec![]),
        ] {
            let found: Vec<&str> = secrets.for_image(image).into_iter().map(|one| one.user.as_str()).collect();
            assert_eq!(found, users, "{image}");
        }
        let shown = format!("{secrets:?} {:?}", secrets.for_image("nginx"));
        assert!(!shown.contains("p1") && !shown.contains("hub\""), "{shown}");
    }

    #[test]
    fn a_pod_without_secrets_has_those_of_its_account() {
        let config = json!({"auths": {"a.b": {"username": "robot", "password": "p"}}}).to_string();
        let mut objects = Objects::default();
        objects.insert(
            json!({"kind": "Secret", "metadata": {"name": "pull"}, "stringData": {".dockerconfigjson": config}}),
            "default",
        );
        let account =
            json!({"kind": "ServiceAccount", "metadata": {"name": "default"}, "imagePullSecrets": [{"name": "pull"}]});
        objects.insert(account, "default");
        for (pod, is_expected) in [(json!({}), true), (json!({"imagePullSecrets": [{"name": "other"}]}), false)] {
            let mut faults = Faults::default();
            let secrets = secrets(&Node::new(&pod, ""), "default", &objects, &mut faults);
            assert_eq!(!secrets.for_image("a.b/web:1").is_empty(), is_expected, "{pod}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_a_fault() {
        for config in ["{", "{}", r#"{"auths": {"a.b": {"auth": "not base64"}}}"#] {
            let expected = "imagePullSecrets[0].name: the Secret holds no registry credentials: `.dockerconfigjson` or \
                            `.dockercfg` in JSON";
            assert_eq!(read(config).1, [expected], "{config}");
        }
    }
}
