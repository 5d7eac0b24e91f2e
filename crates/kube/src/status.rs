//! The API server's answers to requests that it does not carry out.

use landfall_core::plan::{CheckFault, FaultCause};
use serde::Deserialize;

/// A `Status` of the API.
///
/// Source: <https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.32/#status-v1-meta>.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Status {
    /// The HTTP status.
    pub code: u16,
    /// For people.
    pub message: String,
    /// For programs, such as `AlreadyExists`.
    pub reason: String,
    details: Details,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Details {
    causes: Option<Vec<Cause>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Cause {
    message: String,
    field: String,
}

impl Status {
    /// Reads the body of an answer; what is no `Status` (the words of a proxy in between) is its message.
    pub fn read(code: u16, body: &[u8]) -> Self {
        match serde_json::from_slice::<Self>(body) {
            Ok(status) if !status.message.is_empty() => Self { code, ..status },
            _ => {
                let text = String::from_utf8_lossy(body);
                let text = title(&text).unwrap_or(&text);
                let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("(no text)");
                Self {
                    code,
                    message: format!("HTTP {code}: {}", line.chars().take(200).collect::<String>()),
                    ..Self::default()
                }
            }
        }
    }

    /// Whether the object that was to be created exists.
    pub fn is_already_exists(&self) -> bool {
        self.code == 409 && self.reason == "AlreadyExists"
    }

    /// The fault with the fields that it names.
    pub fn fault(&self) -> CheckFault {
        let mut causes = Vec::new();
        for cause in self.details.causes.iter().flatten() {
            // The refusal of a patch has the whole patch for its field, and the fields in the message.
            let inner = in_message(&cause.message);
            if !inner.is_empty() {
                causes.extend(inner);
            } else if !cause.field.is_empty() && cause.field != "<nil>" {
                causes.push(FaultCause { field: cause.field.clone(), message: cause.message.clone() });
            }
        }
        let causes = if causes.is_empty() { in_message(&self.message) } else { causes };
        // With fields the message only repeats them; its beginning says what was refused.
        let message = if causes.is_empty() { self.message.clone() } else { headline(&self.message, causes.len()) };
        CheckFault { message, causes, code: self.code }
    }
}

fn headline(message: &str, fields: usize) -> String {
    if message.contains("immutable") || message.contains("updates to statefulset spec") {
        return message.to_owned();
    }
    format!("{fields} {} wrong", if fields == 1 { "field is" } else { "fields are" })
}

/// The title of a web page.
pub fn title(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("<title>")?;
    rest.split_once("</title>").map(|(title, _)| title.trim()).filter(|title| !title.is_empty())
}

/// The fields that only a message names.
fn in_message(message: &str) -> Vec<FaultCause> {
    let strict = strict_causes(message);
    if strict.is_empty() { wrong_type(message).into_iter().collect() } else { strict }
}

/// Strict field validation names its fields only in the message:
/// `strict decoding error: unknown field "spec.foo", duplicate field "spec.bar"`.
fn strict_causes(message: &str) -> Vec<FaultCause> {
    let Some((_, faults)) = message.split_once("strict decoding error: ") else { return Vec::new() };
    let cause = |fault: &str| {
        let (what, rest) = fault.split_once('"')?;
        let (field, _) = rest.split_once('"')?;
        Some(FaultCause { field: field.to_owned(), message: what.trim().to_owned() })
    };
    faults.split(", ").filter_map(cause).collect()
}

/// Go's words for a value of the wrong type:
/// `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`.
fn wrong_type(message: &str) -> Option<FaultCause> {
    let (_, rest) = message.split_once("cannot unmarshal ")?;
    let (found, rest) = rest.split_once(" into Go struct field ")?;
    let (field, wanted) = rest.split_once(" of type ")?;
    let (_, field) = field.split_once('.')?;
    let found = match found.split(' ').next()? {
        "string" => "a string",
        "number" => "a number",
        "bool" => "a boolean",
        "array" => "a list",
        "object" => "a map",
        _ => return None,
    };
    let wanted = match wanted.trim_start_matches('*').split([' ', '"', ',']).next()? {
        "string" => "a string",
        "bool" => "a boolean",
        wanted if wanted.starts_with("int") || wanted.starts_with("uint") => "an integer",
        wanted if wanted.starts_with("float") => "a number",
        wanted if wanted.starts_with("[]") => "a list",
        _ => "a map",
    };
    Some(FaultCause { field: field.to_owned(), message: format!("must be {wanted}, but it is {found}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_fields_of_a_strict_refusal() {
        let message = r#"Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replica", unknown field "spec.template.spec.containers[0].imagee""#;
        let status = Status { code: 400, message: message.to_owned(), ..Status::default() };
        insta::assert_debug_snapshot!(status.fault(), @r#"
        CheckFault {
            message: "2 fields are wrong",
            causes: [
                FaultCause {
                    field: "spec.replica",
                    message: "unknown field",
                },
                FaultCause {
                    field: "spec.template.spec.containers[0].imagee",
                    message: "unknown field",
                },
            ],
            code: 400,
        }
        "#);
    }

    #[test]
    fn names_the_fields_of_a_refused_patch_without_the_patch() {
        let body = r#"{"code": 422, "reason": "Invalid", "message": "Deployment.apps \"web\" is invalid: patch: ...",
            "details": {"causes": [{"reason": "FieldValueInvalid", "field": "patch",
            "message": "Invalid value: \"map[spec:map[replica:2]]\": strict decoding error: unknown field \"spec.replica\""}]}}"#;
        let fault = Status::read(422, body.as_bytes()).fault();
        let causes: Vec<_> = fault.causes.iter().map(|cause| (cause.field.as_str(), cause.message.as_str())).collect();
        assert_eq!(causes, [("spec.replica", "unknown field")]);
    }

    #[test]
    fn names_the_field_of_a_wrong_type() {
        for (message, field, expected) in [
            (
                "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
                "spec.replicas",
                "must be an integer, but it is a string",
            ),
            (
                "json: cannot unmarshal number 1.5 into Go struct field ConfigMap.data of type string",
                "data",
                "must be a string, but it is a number",
            ),
            (
                "cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container",
                "spec.template.spec.containers",
                "must be a list, but it is a map",
            ),
        ] {
            let cause = wrong_type(message).unwrap();
            assert_eq!((cause.field.as_str(), cause.message.as_str()), (field, expected));
        }
    }

    #[test]
    fn reads_what_a_proxy_says() {
        let status = Status::read(502, b"\n  Bad Gateway\n");
        assert_eq!(status.message, "HTTP 502: Bad Gateway");
        let status = Status::read(503, b"<html>\n<head><title>Please wait</title></head></html>");
        assert_eq!(status.message, "HTTP 503: Please wait");
    }
}
