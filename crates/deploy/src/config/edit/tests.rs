//! Files before and after.

use std::sync::Arc;

use super::*;

fn edited(text: &str, paused: Option<&Paused>) -> Result<String, String> {
    let source = Arc::new(Source { path: super::super::FILE_NAME.into(), text: text.into() });
    with_pause(&source, "prod", paused)
        .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn pause(reason: &str) -> Paused {
    Paused { reason: reason.into(), until: None }
}

/// What stands for the pause of these tests.
const X: &str = "paused: {reason: 'Moving the database'}";

#[test]
fn a_pause_is_added_and_removed_without_a_trace() {
    for (before, after) in [
        // Block style, alone and with others, with comments in all places.
        (
            "name: a\nenvironments:\n  prod:\n    branch: main\n    paths: [base] # all\n    target: {kubernetes: {}} # here\n",
            "name: a\nenvironments:\n  prod:\n    branch: main\n    paths: [base] # all\n    target: {kubernetes: {}} # here\n    PAUSED\n",
        ),
        (
            "# Top\nname: a\nenvironments:\n  prod:\n    target:\n      kubernetes: {}\n    paths:\n    - base\n    branch: main\n    # maxPruneShare: 10\n\n  # Test\n  test: {branch: main, paths: [base], target: {docker: {}}}\nreadyConditions: {}\n",
            "# Top\nname: a\nenvironments:\n  prod:\n    target:\n      kubernetes: {}\n    paths:\n    - base\n    branch: main\n    PAUSED\n    # maxPruneShare: 10\n\n  # Test\n  test: {branch: main, paths: [base], target: {docker: {}}}\nreadyConditions: {}\n",
        ),
        // A list, a nested map, a block scalar and a quoted text come last.
        (
            "name: a\nenvironments:\n  prod:\n    branch: main\n    target: {docker: {}}\n    paths:\n    - base\n    - more\n",
            "name: a\nenvironments:\n  prod:\n    branch: main\n    target: {docker: {}}\n    paths:\n    - base\n    - more\n    PAUSED\n",
        ),
        (
            "name: a\nenvironments:\n    prod:\n        branch: main\n        paths: [base]\n        target:\n            kubernetes:\n                namespace: 'a'\n",
            "name: a\nenvironments:\n    prod:\n        branch: main\n        paths: [base]\n        target:\n            kubernetes:\n                namespace: 'a'\n        PAUSED\n",
        ),
        (
            "name: a\nenvironments:\n  prod:\n    branch: main\n    paths: [base]\n    target: {docker: {}}\n    selector: |-\n      deploy=a\n\n  test: {branch: main, paths: [base], target: {docker: {}}}\n",
            "name: a\nenvironments:\n  prod:\n    branch: main\n    paths: [base]\n    target: {docker: {}}\n    selector: |-\n      deploy=a\n    PAUSED\n\n  test: {branch: main, paths: [base], target: {docker: {}}}\n",
        ),
        // Flow style, on one line and on several.
        (
            "name: a\nenvironments:\n  prod: {branch: main, paths: [base], target: {kubernetes: {}}}\n  test: {branch: main, paths: [base], target: {kubernetes: {}}}\n",
            "name: a\nenvironments:\n  prod: {branch: main, paths: [base], target: {kubernetes: {}}, PAUSED}\n  test: {branch: main, paths: [base], target: {kubernetes: {}}}\n",
        ),
        (
            "name: a\nenvironments: {prod: {\n  target: {docker: {}}, # here\n  paths: [base],\n  branch: \"main\" # the tip\n  }, }\n",
            "name: a\nenvironments: {prod: {\n  target: {docker: {}}, # here\n  paths: [base],\n  branch: \"main\", PAUSED # the tip\n  }, }\n",
        ),
        (
            "{\"name\": \"a\", \"environments\": {\"prod\": {\"branch\": \"main\", \"paths\": [\"base\"], \"target\": {\"docker\": {}}}}}\n",
            "{\"name\": \"a\", \"environments\": {\"prod\": {\"branch\": \"main\", \"paths\": [\"base\"], \"target\": {\"docker\": {}}, PAUSED}}}\n",
        ),
        // No line break at the end; those of Windows; a mark of the document; letters of more than one byte.
        (
            "name: a\nenvironments:\n  prod:\n    branch: main\n    paths: [base]\n    target: {docker: {}}",
            "name: a\nenvironments:\n  prod:\n    branch: main\n    paths: [base]\n    target: {docker: {}}\n    PAUSED",
        ),
        (
            "name: a\r\nenvironments:\r\n  prod:\r\n    branch: main\r\n    paths: [base]\r\n    target: {docker: {}}\r\n",
            "name: a\r\nenvironments:\r\n  prod:\r\n    branch: main\r\n    paths: [base]\r\n    target: {docker: {}}\r\n    PAUSED\r\n",
        ),
        (
            "---\n# Zürich, 東京\nname: a\nenvironments:\n  prod: # ü\n    branch: main\n    paths: [ö]\n    target: {docker: {}} # é\n",
            "---\n# Zürich, 東京\nname: a\nenvironments:\n  prod: # ü\n    branch: main\n    paths: [ö]\n    target: {docker: {}} # é\n    PAUSED\n",
        ),
        // A merge key brings the rest.
        (
            "name: a\nenvironments:\n  test: &all\n    branch: main\n    paths: [base]\n    target: {docker: {}}\n  prod:\n    <<: *all\n    branch: prod\n",
            "name: a\nenvironments:\n  test: &all\n    branch: main\n    paths: [base]\n    target: {docker: {}}\n  prod:\n    <<: *all\n    branch: prod\n    PAUSED\n",
        ),
    ] {
        let after = after.replace("PAUSED", X);
        assert_eq!(edited(before, Some(&pause("Moving the database"))).as_deref(), Ok(after.as_str()));
        assert_eq!(edited(&after, None).as_deref(), Ok(before));
        assert_eq!(edited(before, None).as_deref(), Ok(before), "there is nothing to remove");
    }
}

#[test]
fn a_pause_is_replaced_wherever_and_however_it_stands() {
    for (before, after, without) in [
        (
            "name: a\nenvironments:\n  prod:\n    paused:   # since noon\n      reason: Old\n      until: 2026-01-01T00:00:00Z # noon\n    branch: main\n    paths: [base]\n    target: {docker: {}}\n",
            "name: a\nenvironments:\n  prod:\n    PAUSED # noon\n    branch: main\n    paths: [base]\n    target: {docker: {}}\n",
            "name: a\nenvironments:\n  prod:\n    branch: main\n    paths: [base]\n    target: {docker: {}}\n",
        ),
        (
            "name: a\nenvironments:\n  prod: {paused: {reason: Old}, branch: main, paths: [base], target: {docker: {}}}\n",
            "name: a\nenvironments:\n  prod: {PAUSED, branch: main, paths: [base], target: {docker: {}}}\n",
            "name: a\nenvironments:\n  prod: {branch: main, paths: [base], target: {docker: {}}}\n",
        ),
        (
            "name: a\nenvironments:\n  prod: {branch: main, \"paused\": {reason: Old, until: '2026-01-01T00:00:00+01:00'} , paths: [base], target: {docker: {}}}\n",
            "name: a\nenvironments:\n  prod: {branch: main, PAUSED , paths: [base], target: {docker: {}}}\n",
            "name: a\nenvironments:\n  prod: {branch: main , paths: [base], target: {docker: {}}}\n",
        ),
    ] {
        let after = after.replace("PAUSED", X);
        assert_eq!(edited(before, Some(&pause("Moving the database"))).as_deref(), Ok(after.as_str()));
        assert_eq!(edited(before, None).as_deref(), Ok(without));
    }
}

#[test]
fn any_reason_is_written_so_that_it_is_read_again() {
    let before = "name: a\nenvironments:\n  prod: {branch: main, paths: [base], target: {docker: {}}}\n";
    for reason in ["it's 5 o'clock", "yes", "0777", "a: b # c", "}, test: {", "*all", "\"", "東京 \\n", "null", "-"] {
        let until = Some("2026-11-25T18:00:00Z".to_owned());
        let paused = Paused { reason: reason.into(), until };
        let after = edited(before, Some(&paused)).unwrap();
        let source = Arc::new(Source { path: String::new(), text: after.clone() });
        assert_eq!(Config::read(&source).unwrap().paused("prod"), Some(&paused), "{after}");
    }
}

#[test]
fn what_cannot_be_changed_alone_is_refused_with_its_place() {
    let refused = |text: &str| edited(text, Some(&pause("x"))).unwrap_err();
    let one = "name: a\nenvironments:\n  test: &all {branch: main, paths: [base], target: {docker: {}}}\n";
    insta::assert_snapshot!(refused(one), @"landfall.yaml:2:1: There is no environment 'prod'");
    insta::assert_snapshot!(refused(&format!("{one}  prod: *all\n")), @"landfall.yaml:4:3: `paused` cannot be changed alone in this notation");
    insta::assert_snapshot!(refused(&format!("{one}  prod: {{<<: *all}}\n")), @"landfall.yaml:4:3: `paused` cannot be changed alone in this notation");
    let inherited = "name: a\nenvironments:\n  prod: &all\n    branch: main\n    paths: [base]\n    target: {docker: {}}\n  test:\n    <<: *all\n    branch: test\n";
    insta::assert_snapshot!(refused(inherited), @"landfall.yaml:3:3: `paused` cannot be changed without changing something else");
    insta::assert_snapshot!(refused("name: a\nenvironments:\n  prod:\n    ? branch\n    : main\n    ? paths\n    : [base]\n    ? target\n    : {docker: {}}\n"), @"landfall.yaml:3:3: `paused` cannot be changed alone in this notation");
    insta::assert_snapshot!(refused("name: a\nenvironments:\n  prod: {brunch: main}\n"), @r"
    landfall.yaml:3:10: The field `brunch` is unknown; did you mean `branch`?
    landfall.yaml:3:3: `paths` is missing in `prod`
    landfall.yaml:3:3: `target` is missing in `prod`
    ");
    insta::assert_snapshot!(refused("name: a\nenvironments: [\n"), @"landfall.yaml:2:15: The bracket is not closed");
    let until = |until: &str| {
        format!(
            "name: a\nenvironments:\n  prod: {{branch: main, paths: [base], target: {{docker: {{}}}}, paused: {{reason: x, until: {until}}}}}\n"
        )
    };
    insta::assert_snapshot!(refused(&until("tomorrow")), @"landfall.yaml:3:88: 'tomorrow' is not a time");
    insta::assert_snapshot!(refused(&until("'2026-11-25 18:00'")), @"landfall.yaml:3:88: '2026-11-25 18:00' is not a time");
    insta::assert_snapshot!(refused(&until("18")), @"landfall.yaml:3:88: `until` must be a text, but it is a number");
}
