//! Faults as users see them, places of values, and that nothing makes the reader panic.

use std::{fmt::Write, ops::Range};

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn source(path: &str, text: &str) -> Arc<Source> {
    Arc::new(Source { path: path.to_owned(), text: text.to_owned() })
}

/// Each text as a file of its own: `line:col: message [marked text]` and the hint below.
fn faults(texts: &[&str]) -> String {
    let mut report = String::new();
    for text in texts {
        for fault in parse(&source("", text)).unwrap_err() {
            let crate::diagnostic::Place::Span(_, span) = &fault.place else { panic!("{fault}") };
            writeln!(report, "{} [{}]", &fault.to_string()[1..], text[span.clone()].escape_debug()).unwrap();
            if let Some(hint) = &fault.hint {
                writeln!(report, "    {hint}").unwrap();
            }
        }
    }
    report
}

#[test]
fn syntax_errors_are_explained() {
    insta::assert_snapshot!(faults(&[
        "spec:\n\tv: 1\n",
        "a:\n  - b\n\t- c\n",
        "a: b: c\n",
        "a: 'it's'\n",
        "a: \"b\nc: d\n",
        "a: [1, 2\nb: 3\n",
        "a: {b: 1]\n",
        "a: %x\n",
        "a: @x\n",
        "a: `x`\n",
        "a:\n    b: 1\n  c: 2\n",
        "a:\n  b: 1\n   c: 2\n",
        "a: 1\nb\nc: 2\n",
        "a: - b\n",
        "a: \"\\d\"\n",
        "a: | b\n  c\n",
        "a: 1\n]\n",
        "{name:}\n",
        "%YAML 1.2\na: 1\n",
    ]), @r#"
    2:1: A tab is used for indentation [\t]
        Indent with spaces
    3:1: A tab is used for indentation [\t]
        Indent with spaces
    1:5: A key is not possible here [:]
        Quote a value that holds `: `, and check the indentation
    1:8: Text follows after the closing quote [s]
        Quote the whole value; inside of single quotes, write `''` for one
    1:4: The quote is not closed [\"]
        Add the missing quote; inside of single quotes, write `''` for one
    2:2: A key is not possible here [:]
        Close the bracket above, or quote a value that holds `:`
    1:4: `{` is closed by `]` [{]
        Close each bracket by its own kind
    1:4: A value cannot begin with `%` [%]
        Quote the value
    1:4: A value cannot begin with `@` [@]
        Quote the value
    1:4: A value cannot begin with ``` [`]
        Quote the value
    3:3: This line does not continue the list or map around it [c: 2]
        Check the indentation of this line and of the lines above, and the quotes
    3:5: A key is not possible here [:]
        Quote a value that holds `: `, and check the indentation
    2:1: This line is no `key: value` [b]
        Add the missing `:`, or indent the line if it belongs to the text above
    1:4: A list item is not possible here [-]
        Begin the list on the line below its key, or quote a text that begins with `-`
    1:4: This escape is unknown to YAML [\"]
        Write `\\` for a backslash, or use single quotes, in which a backslash is plain text
    1:4: Text follows after `|` or `>` [|]
        Begin the text on the next line, or quote the value
    2:1: The bracket closes nothing []]
        Remove it, or quote the value
    1:2: kubectl reads `name:` as one text here [name]
        Put a space after the colon, or a value
    1:6: kubectl reads `~:` as one text here []
        Put a space after the colon, or a value
    2:1: Directives (`%YAML`, `%TAG`) are not read by kubectl [a]
        Remove the line that begins with `%`
    "#);
}

#[test]
fn what_was_meant_is_recognised() {
    insta::assert_snapshot!(faults(&[
        "image: {{ .Values.image }}\n",
        "{{- if .Values.on }}\na: 1\n{{- end }}\n",
        "a: 1\n{{ include \"labels\" . | indent 4 }}\nb: 2\n",
        "<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> b\n",
        "data:\n  cert: |\n-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n",
        "a: 1\n--- {b: 1}\n",
        "a: 1\n...\nb: 2\n",
        "a: b\u{2028}c\n",
        "a: b\u{1}\n",
    ]), @r#"
    1:8: This is an unrendered template, not YAML [{{ .Values.image }}]
        Render it, for example with `helm template`, and commit the result; or quote the value if the braces are meant
    1:1: This is an unrendered template, not YAML [{{- if .Values.on }}]
        Render it, for example with `helm template`, and commit the result; or quote the value if the braces are meant
    2:1: This is an unrendered template, not YAML [{{ include \"labels\" . | indent 4 }}]
        Render it, for example with `helm template`, and commit the result; or quote the value if the braces are meant
    1:1: A Git merge conflict is not resolved [<<<<<<< HEAD]
        Choose one of the two versions and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`
    3:1: Only a comment may follow `---` on its line [-----BEGIN CERTIFICATE-----]
        A line that begins with `---` starts a new document; indent it if it is part of a text
    2:1: Only a comment may follow `---` on its line [--- {b: 1}]
        Begin the document on the next line
    3:1: kubectl ignores everything from here on, since it follows `...` []
        Begin the next document with a line `---`
    1:5: kubectl takes the invisible character U+2028 for a line break [\u{2028}]
        Remove it, or write it as `\u2028` in double quotes
    1:5: The character U+0001 is not allowed in YAML [\u{1}]
        Remove it, or write it as `\u0001` in double quotes
    "#);
}

#[test]
fn every_fault_of_every_document_is_told() {
    insta::assert_snapshot!(faults(&[
        "a: 1\nb: 2\na: 3\na: 4\n---\na: .nan\nb: *x\n~: c\n<<: 5\n---\na: [\n---\n{c: 1, c: 2}\n",
        "on: 1\ntrue: 2\n\"8080\": 1\n8080: 2\n",
        "a: &x [*x]\n",
        "[a]: 1\n18446744073709551615: 1\na: !!int b\nb: !!binary '*'\n",
        "{\"a\": 1, \"a\": 2}\n{\"b\": 1,}\n{\"c\": 1}",
    ]), @r#"
    3:1: The key `a` is set twice [a]
        Remove one of the two; the first is on line 1
    4:1: The key `a` is set twice [a]
        Remove one of the two; the first is on line 1
    6:4: `.nan` is a number that JSON cannot hold [.nan]
        Quote it if it is a text
    7:4: The anchor `x` is not defined [*x]
        Define it above with `&x`, or quote the value if it is a text
    8:1: A key must not be empty [~]
        Quote the key if it is a text
    9:1: `<<` needs a map, or a list of maps [<<]
        Quote it as `"<<"` if it is meant as a plain key
    11:4: The bracket is not closed [[]
        Add the missing `]` or `}`, or quote the value if the bracket is part of a text
    13:8: The key `c` is set twice [c]
        Remove one of the two; the first is on line 13
    2:1: The key `true` is set twice [true]
        Remove one of the two; the first is on line 1
    4:1: The key `8080` is set twice [8080]
        Remove one of the two; the first is on line 3
    1:8: The alias stands inside the value that it refers to [*x]
    1:1: A key must be a text, but this is a list [[a]]
        Quote the key if it is a text
    2:1: The key is too large [18446744073709551615]
        Quote the key if it is a text
    3:10: `!!int` is set on a value that is a string [b]
    4:13: `!!binary` is set on a value that is not base64 [\'*\']
    1:10: The key `a` is set twice [\"a\"]
        Remove one of the two; the first is on line 1
    3:1: The document is complete before this [{]
        Check the indentation, or begin a new document with `---`
    "#);
}

#[test]
fn broken_json_is_explained_as_json() {
    let parsed = |text| parse(&source("a.json", text)).unwrap_err()[0].to_string();
    insta::assert_snapshot!(parsed("{\"a\": 1 \"b\": 2}"), @r#"a.json:1:9: JSON needs `,` or `}` here, not `\"`"#);
    insta::assert_snapshot!(parsed("{\"a\": \"b\n\"}}"), @"a.json:1:7: The quote is not closed on its line");
    insta::assert_snapshot!(parsed("{\"a\": [1, 2}"), @"a.json:1:12: JSON needs `,` or `]` here, not `}`");
}

#[test]
fn merge_keys_have_the_precedence_of_kubectl() {
    for (text, expected) in [
        ("x: &x {b: 1}\na: {b: 3, <<: *x}\n", json!({"b": 1})),
        ("x: &x {b: 1}\na: {<<: *x, b: 3}\n", json!({"b": 3})),
        ("x: &x {b: 1}\na: {<<: [{b: 5}, *x], c: 1}\n", json!({"b": 5, "c": 1})),
        ("a: {<<: {b: 1}, <<: {c: 2}}\n", json!({"b": 1, "c": 2})),
        ("a: {\"<<\": 1}\n", json!({"<<": 1})),
    ] {
        assert_eq!(parse(&source("a.yaml", text)).unwrap()[0].root.to_json()["a"], expected, "{text}");
    }
}

#[test]
fn a_scalar_is_exactly_its_notation() {
    let text = "\u{feff}é: \"ü\"\nlist:\n- !!str 12 # no\n- &x 'it''s'\n- *x\n- |\n  text\n  more\nplain: a b  # c\nempty:\nflow: {a: [1,2]}\r\nlast: 1";
    let root = &parse(&source("a.yaml", text)).unwrap()[0].root;
    for (pointer, expected) in [
        (&["é"][..], "\"ü\""),
        (&["list", "0"], "12"),
        (&["list", "1"], "'it''s'"),
        (&["list", "2"], "*x"),
        (&["plain"], "a b"),
        (&["empty"], ""),
        (&["flow"], "{a: [1,2]}"),
        (&["flow", "a", "1"], "2"),
        (&["last"], "1"),
    ] {
        let node = root.at_pointer(pointer).unwrap();
        assert_eq!(&text[node.span.clone()], expected, "{pointer:?}");
    }
    let block = root.at_pointer(&["list", "3"]).unwrap();
    assert_eq!(&text[block.span.clone()], "|\n  text\n  more");
    assert_eq!(root.span, 3..text.len());
}

fn check_spans(node: &Node, text: &str, outer: &Range<usize>) {
    for span in [&node.span].into_iter().chain(node.entries().iter().map(|entry| &entry.key_span)) {
        assert!(text.get(span.clone()).is_some(), "{span:?} {text:?}");
        assert!(span.start >= outer.start && span.end <= outer.end, "{span:?} {text:?}");
    }
    match &node.value {
        NodeValue::List(items) => items.iter().for_each(|item| check_spans(item, text, outer)),
        NodeValue::Map(entries) => entries.iter().for_each(|entry| check_spans(&entry.value, text, outer)),
        _ => {}
    }
}

fn check(text: &str) {
    let source = source("a.yaml", text);
    let parsed = read(&source);
    for document in &parsed.documents {
        check_spans(&document.root, text, &(0..text.len()));
        assert_eq!(document.root.to_json(), document.root.clone().into_json());
    }
    for fault in &parsed.faults {
        let crate::diagnostic::Place::Span(_, span) = &fault.place else { panic!("{fault}") };
        assert!(text.get(span.clone()).is_some(), "{span:?} {text:?}");
    }
}

/// Pieces of YAML, so that a random text gets far into the parser.
const PIECES: &[&str] = &[
    " ",
    "  ",
    "\n",
    "\n  ",
    "\t",
    ":",
    ": ",
    "- ",
    "-",
    "? ",
    "#",
    " # c",
    "&a ",
    "*a",
    "\"",
    "'",
    "|",
    ">",
    "|-",
    "[",
    "]",
    "{",
    "}",
    ",",
    "!",
    "!!str ",
    "!!int ",
    "!!binary ",
    "<<: ",
    "%",
    "@",
    "`",
    "0",
    "07",
    "1e3",
    ".5",
    "true",
    "~",
    "---",
    "\n---\n",
    "...",
    "\n...\n",
    "\r\n",
    "\r",
    "é",
    "\u{feff}",
    "\u{2028}",
    "\\",
    "\\u",
    "a",
    "key: value\n",
    "- x\n",
    "{a: b}",
    "{{",
    "}}",
    "<<<<<<< ",
    "\0",
    "{\"a\":1}",
    "\\ud83d",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_panic(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_yaml_is_read_without_panic(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..30)) {
        check(&pieces.concat());
    }
}

#[test]
fn deep_and_inflated_documents_are_refused() {
    for text in ["[".repeat(100_000), "{\"a\":".repeat(100_000), "- ".repeat(100_000), "a: &a [*a]\n".repeat(1000)] {
        assert!(parse(&source("a.yaml", &text)).is_err());
    }
}
