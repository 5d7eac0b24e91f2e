//! What the API server says of a field, in the words of the manifest's author.

use serde_json::{Map, Value};

use super::{CheckFault, FaultCause};
use crate::{
    manifest,
    object::Gvk,
    schema::{self, Scalar, Shape, Type},
};

/// What is wrong with one field, with the field that was meant where the name is unknown.
pub fn cause(gvk: &Gvk, cause: &FaultCause) -> String {
    match Some(cause.message.as_str())
        .filter(|message| *message == "unknown field")
        .and_then(|_| meant(gvk, &cause.field))
    {
        Some(meant) => format!("{}: unknown field; did you mean `{meant}`?", cause.field),
        None => format!("{}: {}", cause.field, cause.message),
    }
}

/// The field that was probably meant, by the names that its parent has.
fn meant(gvk: &Gvk, field: &str) -> Option<&'static str> {
    let path = manifest::field_path(field);
    let (name, parents) = path.split_last()?;
    let mut fields = schema::builtin().lookup(gvk)?.root();
    let mut parents = parents.iter();
    while let Some(parent) = parents.next() {
        let mut shape = &fields.field(parent)?.shape;
        while let Shape::List(item) | Shape::Map(item) = shape {
            shape = item;
            // The index or the key.
            parents.next()?;
        }
        fields = shape.object()?;
    }
    manifest::misspelling(name, fields.fields().iter().map(|field| field.name))
}

/// Values that are not of the type that their field has in the schema. For refusals of a patch, which name no field, and
/// for a target that has no API server to tell. No message holds a value.
pub fn wrong_types(gvk: &Gvk, manifest: &Value) -> Vec<FaultCause> {
    let mut causes = Vec::new();
    if let (Some(kind), Value::Object(fields)) = (schema::builtin().lookup(gvk), manifest) {
        wrong_types_of(kind.root(), fields, "", &mut causes);
    }
    causes
}

fn wrong_types_of(kind: &Type, values: &Map<String, Value>, path: &str, causes: &mut Vec<FaultCause>) {
    for (name, value) in values {
        let Some(field) = kind.field(name) else { continue };
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        wrong_type(&field.shape, value, &path, causes);
    }
}

fn wrong_type(shape: &Shape, value: &Value, path: &str, causes: &mut Vec<FaultCause>) {
    let wanted = match (shape, value) {
        (_, Value::Null) => return,
        (Shape::Object(_), Value::Object(fields)) => {
            return shape.object().into_iter().for_each(|kind| wrong_types_of(kind, fields, path, causes));
        }
        (Shape::Map(item), Value::Object(fields)) => {
            return fields.iter().for_each(|(key, value)| wrong_type(item, value, &format!("{path}[{key}]"), causes));
        }
        (Shape::List(item), Value::Array(values)) => {
            let values = values.iter().enumerate();
            return values.for_each(|(index, value)| wrong_type(item, value, &format!("{path}[{index}]"), causes));
        }
        (Shape::Scalar(Scalar::Raw), _) => return,
        (Shape::Scalar(Scalar::Quantity | Scalar::IntOrString), Value::String(_) | Value::Number(_)) => return,
        (Shape::Scalar(Scalar::Integer), Value::Number(number)) if number.is_i64() => return,
        (Shape::Scalar(Scalar::Number), Value::Number(_)) => return,
        (Shape::Scalar(Scalar::Boolean), Value::Bool(_)) => return,
        (Shape::Scalar(scalar), Value::String(_)) if !is_no_text(*scalar) => return,
        (Shape::Object(_) | Shape::Map(_), _) => "a map",
        (Shape::List(_), _) => "a list",
        (Shape::Scalar(Scalar::Integer), _) => "an integer",
        (Shape::Scalar(Scalar::Number | Scalar::Quantity | Scalar::IntOrString), _) => "a number",
        (Shape::Scalar(Scalar::Boolean), _) => "a boolean",
        (Shape::Scalar(_), _) => "a string",
    };
    let found = match value {
        Value::Null => "empty",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    };
    causes.push(FaultCause { field: path.to_owned(), message: format!("must be {wanted}, but it is {found}") });
}

fn is_no_text(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::Integer | Scalar::Number | Scalar::Boolean)
}

impl CheckFault {
    /// Whether it is the refusal of a patch whose fields the target does not name: it quotes the whole patch instead.
    pub(super) fn quotes_patch(&self) -> bool {
        self.causes.iter().any(|cause| cause.field == "patch")
    }

    /// The namespace that does not exist, if that is why the target refuses.
    pub fn missing_namespace(&self) -> Option<&str> {
        let quoted = self.message.strip_prefix("namespaces \"").filter(|_| self.code == 404)?;
        quoted.strip_suffix("\" not found")
    }

    /// Whether the user lacks a right, in difference to a policy that refuses the object.
    pub fn is_missing_right(&self) -> bool {
        self.code == 403 && self.message.contains(" cannot ") && self.message.contains(" in API group ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_that_was_meant_is_found() {
        let deployment = Gvk::new("apps/v1", "Deployment");
        for (field, expected) in [
            ("spec.replica", Some("replicas")),
            ("spec.template.spec.containers[0].imagePullpolicy", Some("imagePullPolicy")),
            ("spec.template.spec.containers[0].ports[1].protocl", Some("protocol")),
            ("spec.template.spec.containers[0].resources.limit", Some("limits")),
            ("spec.nothing.like.it", None),
            ("spec.foo", None),
            ("", None),
        ] {
            assert_eq!(meant(&deployment, field), expected, "{field}");
        }
        assert_eq!(meant(&Gvk::new("example.com/v1", "Widget"), "spec.sise"), None);
    }

    #[test]
    fn wrong_types_are_found_in_the_manifest() {
        let manifest = serde_json::json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "labels": {"on": true}},
            "spec": {"replicas": "two", "paused": "yes", "template": {"spec": {
                "containers": [{"name": 5, "args": "x", "ports": [{"containerPort": 80}], "resources": {"limits": {"cpu": 2, "memory": "1Gi"}}}],
                "volumes": [{"emptyDir": null}],
            }}},
        });
        let causes = wrong_types(&Gvk::new("apps/v1", "Deployment"), &manifest);
        let causes: Vec<String> = causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect();
        assert_eq!(
            causes,
            [
                "metadata.labels[on]: must be a string, but it is a boolean",
                "spec.paused: must be a boolean, but it is a string",
                "spec.replicas: must be an integer, but it is a string",
                "spec.template.spec.containers[0].args: must be a list, but it is a string",
                "spec.template.spec.containers[0].name: must be a string, but it is a number",
            ]
        );
    }

    #[test]
    fn refusals_are_told_apart() {
        let fault = |code, message: &str| CheckFault { message: message.to_owned(), causes: Vec::new(), code };
        assert_eq!(fault(404, r#"namespaces "shop" not found"#).missing_namespace(), Some("shop"));
        assert_eq!(fault(404, r#"widgets "shop" not found"#).missing_namespace(), None);
        let right = r#"configmaps is forbidden: User "bob" cannot create resource "configmaps" in API group "" in the namespace "shop""#;
        assert!(fault(403, right).is_missing_right());
        assert!(!fault(403, r#"pods "web" is forbidden: violates PodSecurity "restricted:latest""#).is_missing_right());
    }
}
