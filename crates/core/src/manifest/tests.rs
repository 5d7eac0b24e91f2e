//! Stories: given files, then these manifests or this whole list of faults.

use std::fmt::Write;

use super::*;
use crate::{diagnostic::Diagnostic, object::ObjectId};

fn file(path: &str, text: impl AsRef<[u8]>) -> ManifestFile {
    ManifestFile { path: path.to_owned(), bytes: text.as_ref().to_vec() }
}

/// `path:line:col: message` and the hint below, one after the other.
fn render(faults: &[Diagnostic]) -> String {
    faults.iter().fold(String::new(), |mut text, fault| {
        writeln!(text, "{fault}").unwrap();
        if let Some(hint) = &fault.hint {
            writeln!(text, "    {hint}").unwrap();
        }
        text
    })
}

fn faults(files: Vec<ManifestFile>) -> String {
    render(&load(files).unwrap_err())
}

/// `path: kind namespace/name` of each manifest.
fn names(files: Vec<ManifestFile>) -> String {
    load(files).unwrap().iter().fold(String::new(), |mut text, manifest| {
        let Manifest { gvk, name, namespace, origin, .. } = manifest;
        let (line, column) = origin.source.position(origin.span.start);
        let namespace = namespace.as_deref().unwrap_or("-");
        writeln!(text, "{}:{line}:{column}: {gvk} {namespace}/{name}", origin.source.path).unwrap();
        text
    })
}

#[test]
fn documents_lists_and_json_become_manifests() {
    let files = vec![
        file(
            "two.yaml",
            "# comment\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: prod}\n---\n---\n# nothing\n---\n\
             apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  labels:\n  annotations:\n",
        ),
        file(
            "list.yaml",
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: a}\n\
             - apiVersion: v1\n  kind: ConfigMapList\n  items:\n  - metadata: {name: b}\n  - metadata: {name: c}\n",
        ),
        file("empty.yaml", "# nothing\n"),
        file("list-empty.yaml", "apiVersion: v1\nkind: List\nitems: []\n"),
        file(
            "stream.json",
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}{"apiVersion":"v1","kind":"Pod","metadata":{"name":"q"}}"#,
        ),
        file("utf16.yaml", utf16("apiVersion: v1\nkind: Pod\nmetadata: {name: wide}\n")),
        file("bom.yaml", "\u{feff}apiVersion: v1\nkind: Pod\nmetadata: {name: bom}\n"),
    ];
    insta::assert_snapshot!(names(files), @"
    two.yaml:3:1: apps/v1 Deployment prod/web
    two.yaml:10:1: v1 Service -/web
    list.yaml:4:3: v1 Secret -/a
    list.yaml:10:5: v1 ConfigMap -/b
    list.yaml:11:5: v1 ConfigMap -/c
    stream.json:1:1: v1 Pod -/p
    stream.json:1:57: v1 Pod -/q
    utf16.yaml:1:1: v1 Pod -/wide
    bom.yaml:1:2: v1 Pod -/bom
    ");
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn items_of_a_typed_list_get_its_kind() {
    let text = "apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: b}\n";
    let manifests = load(vec![file("a.yaml", text)]).unwrap();
    insta::assert_snapshot!(manifests[0].value.unpacked(), @r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}"#);
}

#[test]
fn all_faults_of_all_files_are_told_at_once() {
    let files = vec![
        file(
            "z.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n---\nspec: {a: 1\n---\nkind: Pod\nmetadata: {name: 5}\n",
        ),
        file("b.yaml", "piVersion: v1\nKind: Pod\nmetdata: {name: x}\n"),
        file(
            "c.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata:\n  generateName: x-\n---\napiVersion: v1\nkind: Pod\nmetadata:\n---\n- a\n---\njust text\n",
        ),
        file(
            "d.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n  namespace: 12\n  labels:\n    deploy: true\n    empty:\n  annotations: [a]\n",
        ),
        file("e.yaml", b"apiVersion: v1\nkind: P\xffd\n"),
        file("f.yaml", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
        file("base/kustomization.yaml", "resources:\n- a.yaml\n"),
        file("k.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"),
        file("values.yaml", "replicas: 1\n"),
        file(
            "cm.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nitems: [x]\n---\napiVersion: v1\nkind: List\nitems:\n- 5\n- kind: Pod\n",
        ),
        file("half.yaml", [0xff, 0xfe, 0x00]),
    ];
    insta::assert_snapshot!(faults(files), @r#"
    b.yaml:1:1: The key `piVersion` is unknown; did you mean `apiVersion`?
    b.yaml:2:1: The key `Kind` is unknown; did you mean `kind`?
    b.yaml:3:1: The key `metdata` is unknown; did you mean `metadata`?
    base/kustomization.yaml:1:1: This is a kustomization, not a manifest
        Landfall applies plain manifests; commit the output of `kubectl kustomize` instead, and keep the kustomization outside of the deployed paths
    c.yaml:4:3: `generateName` cannot be applied: each deploy would create one more object
        Give the object a fixed `metadata.name`
    c.yaml:8:1: `metadata.name` is missing
        Indent the fields of `metadata` below it
    c.yaml:10:1: A manifest must be a map of fields, but this is a list
        Separate documents by a line `---`, and give each `apiVersion`, `kind` and `metadata`
    c.yaml:12:1: A manifest must be a map of fields, but this is a string
        Separate documents by a line `---`, and give each `apiVersion`, `kind` and `metadata`
    cm.yaml:4:1: kubectl takes everything with a key `items` for a list, but this is a ConfigMap
        Check `kind`: a list is `kind: List` with `apiVersion: v1`; move the key if it is misplaced
    cm.yaml:9:3: A manifest must be a map of fields, but this is a number
        Separate documents by a line `---`, and give each `apiVersion`, `kind` and `metadata`
    cm.yaml:10:3: `apiVersion` and `metadata` are missing
        Every document under the deployed paths must be a Kubernetes object; keep other files elsewhere
    d.yaml:5:14: `metadata.namespace` must be a string, but it is a number
        Quote it: `"12"`
    d.yaml:7:13: `metadata.labels.deploy` must be a string, but it is a boolean
        Quote it: `"true"`
    d.yaml:8:5: `metadata.labels.empty` must be a string, but it is empty
        Write `""` for an empty string, or remove the key
    d.yaml:9:3: `metadata.annotations` must be a map, but it is a list
    e.yaml: The file is not UTF-8: byte 22, on line 2, is part of no character
        Save the file as UTF-8; kubectl would put U+FFFD in the place of each such byte
    f.yaml: This is a Git LFS pointer, not the file itself
        Keep manifests out of Git LFS; for a folder on disk, run `git lfs pull`
    half.yaml: The file begins like UTF-16, but is not valid UTF-16
        Save the file as UTF-8
    k.yaml:1:1: This is a kustomization, not a manifest
        Landfall applies plain manifests; commit the output of `kubectl kustomize` instead, and keep the kustomization outside of the deployed paths
    values.yaml:1:1: `apiVersion`, `kind` and `metadata` are missing
        Every document under the deployed paths must be a Kubernetes object; keep other files elsewhere
    z.yaml:5:7: The bracket is not closed
        Add the missing `]` or `}`, or quote the value if the bracket is part of a text
    z.yaml:7:1: `apiVersion` is missing
        Every document under the deployed paths must be a Kubernetes object; keep other files elsewhere
    z.yaml:8:18: `metadata.name` must be a string, but it is a number
        Quote it: `"5"`
    "#);
}

#[test]
fn an_object_must_be_described_once() {
    let files = vec![
        file("a.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"),
        file("b.yaml", "# moved\napiVersion: apps/v1beta1\nkind: Deployment\nmetadata:\n  name: web\n"),
        file("c.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: default}\n"),
    ];
    insta::assert_snapshot!(faults(files), @"
    b.yaml:5:9: deployment/web is described twice
        Remove one of the two; the first is at a.yaml:3
    ");
}

#[test]
fn duplicates_are_found_again_with_the_default_namespace() {
    let manifests = load(vec![
        file("a.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n"),
        file("c.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: default}\n"),
    ])
    .unwrap();
    let id = ObjectId {
        group: String::new(),
        kind: "Pod".to_owned(),
        namespace: Some("default".to_owned()),
        name: "web".to_owned(),
    };
    let identified = manifests.iter().map(|manifest| (&id, &manifest.origin));
    insta::assert_snapshot!(render(&duplicates(identified)), @"
    c.yaml:3:18: pod/web in namespace default is described twice
        Remove one of the two; the first is at a.yaml:3
    ");
}

#[test]
fn a_refusal_of_the_server_finds_its_field() {
    let text = "---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: apps/v1\n  kind: Deployment\n  metadata:\n    name: web\n    \
                annotations:\n      example.com/a.b: x\n  spec:\n    template:\n      spec:\n        containers:\n        - name: a\n          \
                image: \"a:1\"\n        - name: b\n          ports:\n          - containerPort: 80\n            protocol: UDP\n";
    let manifests = load(vec![file("a.yaml", text)]).unwrap();
    let origin = &manifests[0].origin;
    for (path, line, expected) in [
        ("spec.template.spec.containers[0].image", 16, "\"a:1\""),
        (r#".spec.template.spec.containers[name="b"].ports[containerPort=80,protocol="UDP"].protocol"#, 20, "UDP"),
        ("spec.template.spec.containers[1].image", 17, "name"),
        ("spec.template.spec.containers", 14, "containers"),
        ("spec.replicas", 11, "spec"),
        ("metadata.annotations.example.com/a.b", 10, "x"),
        ("metadata.annotations[example.com/a.b]", 10, "x"),
        ("metadata.name.foo", 8, "name"),
        ("", 5, "apiVersion"),
        ("status", 5, "apiVersion"),
    ] {
        let span = origin.locate(&field_path(path));
        assert_eq!((&text[span.clone()], origin.source.position(span.start).0), (expected, line), "{path}");
    }
}

#[test]
fn only_the_names_that_kubectl_reads_count() {
    for (path, expected) in [
        ("a.yaml", true),
        ("base/a.yml", true),
        ("a.json", true),
        (".yaml", true),
        ("a.YAML", false),
        ("a.yaml.tmpl", false),
        ("yaml", false),
        ("a.yaml/b", false),
    ] {
        assert_eq!(is_manifest_path(path), expected, "{path}");
    }
}
