//! The notation of fields in the API server's messages.

/// Splits a path such as `spec.containers[0].env[name="X"].value` or `.spec.foo` into the segments that
/// [`Origin::locate`](super::Origin::locate) takes: `spec`, `containers`, `0`, `env`, `name="X"`, `value`.
///
/// In brackets stand an index, a key (`metadata.labels[app.kubernetes.io/name]`, quoted or not) or a selector of list
/// items. Never fails: what is no path is taken as one key.
pub fn field_path(path: &str) -> Vec<String> {
    let mut segments = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let end = closing(inner);
            segments.push(unquoted(&inner[..end]));
            rest = inner.get(end + 1..).unwrap_or_default();
            continue;
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        if end > 0 {
            segments.push(rest[..end].to_owned());
        }
        rest = &rest[end..];
    }
    segments
}

/// The index of the bracket that closes; brackets in double quotes do not count.
fn closing(text: &str) -> usize {
    let mut quoted = false;
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => return index,
            _ => {}
        }
    }
    text.len()
}

/// A key in quotes without them; anything else as it is.
fn unquoted(text: &str) -> String {
    serde_json::from_str::<String>(text).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_api_server_are_split() {
        for (path, expected) in [
            ("spec.replicas", &["spec", "replicas"][..]),
            (".spec.foo", &["spec", "foo"]),
            ("spec.template.spec.containers[0].image", &["spec", "template", "spec", "containers", "0", "image"]),
            (
                r#".spec.containers[name="a]b"].ports[containerPort=80,protocol="TCP"]"#,
                &["spec", "containers", r#"name="a]b""#, "ports", r#"containerPort=80,protocol="TCP""#],
            ),
            ("metadata.labels[app.kubernetes.io/name]", &["metadata", "labels", "app.kubernetes.io/name"]),
            (r#"data["a.b"]"#, &["data", "a.b"]),
            (r#"metadata.finalizers[="x"]"#, &["metadata", "finalizers", r#"="x""#]),
            ("spec.a[0][1]", &["spec", "a", "0", "1"]),
            ("spec.a[0", &["spec", "a", "0"]),
            ("", &[]),
            ("..", &[]),
        ] {
            assert_eq!(field_path(path), expected, "{path}");
        }
    }
}
