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
    insta::assert_snapshot!(names(files), @"");
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn items_of_a_typed_list_get_its_kind() {
    let text = "apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: b}\n";
    let manifests = load(vec![file("a.yaml", text)]).unwrap();
    insta::assert_snapshot!(manifests[0].value, @r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}"#);
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
    insta::assert_snapshot!(faults(files), @"");
}

#[test]
fn an_object_must_be_described_once() {
    let files = vec![
        file("a.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"),
        file("b.yaml", "# moved\napiVersion: apps/v1beta1\nkind: Deployment\nmetadata:\n  name: web\n"),
        file("c.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: default}\n"),
    ];
    insta::assert_snapshot!(faults(files), @"");
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
    let identified: Vec<_> = manifests.iter().map(|manifest| (id.clone(), manifest)).collect();
    insta::assert_snapshot!(render(&duplicates(&identified)), @"");
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
