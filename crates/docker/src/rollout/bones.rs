//! Of a pod, what matters once its containers are there.

use serde_json::{Value, json};

/// Names, probes, hooks and times of a template. It can be translated
/// without any of the objects that the pod was made with.
pub fn bones(made: &Value) -> Value {
    let spec = &made["spec"];
    let container = |container: &Value| pick(container, CONTAINER_FIELDS);
    let list = |field: &str| -> Vec<Value> { spec[field].as_array().into_iter().flatten().map(container).collect() };
    let mut bare = pick(spec, POD_FIELDS);
    bare["containers"] = list("containers").into();
    bare["initContainers"] = list("initContainers").into();
    json!({"metadata": {"labels": made["metadata"]["labels"]}, "spec": bare})
}

const POD_FIELDS: &[&str] = &[
    "restartPolicy",
    "terminationGracePeriodSeconds",
    "hostNetwork",
    "shareProcessNamespace",
    "activeDeadlineSeconds",
];

const CONTAINER_FIELDS: &[&str] =
    &["name", "image", "ports", "restartPolicy", "lifecycle", "startupProbe", "readinessProbe", "livenessProbe"];

fn pick(value: &Value, fields: &[&str]) -> Value {
    let picked = fields.iter().filter_map(|field| Some(((*field).to_owned(), value.get(*field)?.clone())));
    Value::Object(picked.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bones_refer_to_nothing() {
        let made = json!({
            "metadata": {"name": "web", "labels": {"app": "web"}},
            "spec": {
                "terminationGracePeriodSeconds": 5,
                "volumes": [{"name": "v", "configMap": {"name": "gone"}}],
                "containers": [{
                    "name": "web", "image": "web:v1",
                    "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "gone", "key": "a"}}}],
                    "volumeMounts": [{"name": "v", "mountPath": "/v"}],
                    "readinessProbe": {"tcpSocket": {"port": 80}},
                }],
            },
        });
        let bones = bones(&made);
        assert!(!bones.to_string().contains("gone"), "{bones}");
        assert_eq!(bones["spec"]["terminationGracePeriodSeconds"], 5);
        assert_eq!(bones["spec"]["containers"][0]["readinessProbe"]["tcpSocket"]["port"], 80);
    }
}
