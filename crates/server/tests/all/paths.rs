//! Addresses that lead somewhere else than they say.

use crate::asking::{Asking, place, status};

#[test]
fn nothing_of_the_machine_can_be_reached() {
    let asking = Asking::new();
    for path in [
        "/../etc/passwd",
        "/assets/../../../../etc/passwd",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets//etc/passwd",
        "/assets/style.css%00.html",
        "/deploys/..%2f..%2fetc%2fpasswd",
        "/deploys/%00",
        "/deploys/' OR 1=1 --",
        "/deploys/%27%20OR%201%3D1%20--",
        "/api/v1/deploys/..%5c..%5cetc%5cpasswd",
        "/object?environment=..%2f..&kind=Secret&name=..%2f..%2fetc%2fpasswd",
        "/object?environment=prod&kind=../../secrets&name=../../../api/v1/secrets",
        "/object?environment=prod&group=%00&kind=%00&namespace=%00&name=%00",
        "/api/v1/object?environment=prod&kind=Secret&namespace=kube-system&name=admin",
        "/live-at?environment=%3Cscript%3E&at=2026-01-01",
    ] {
        for (answer, is_page) in [(asking.get(path), false), (asking.browse(path), true)] {
            assert!(matches!(status(&answer), "400" | "404"), "{path}: {answer}");
            assert!(!answer.contains("root:"), "{path}: {answer}");
            assert!(!(is_page && answer.contains("<script>")), "{path}: {answer}");
        }
    }
}

/// What is not in the revision that is live belongs to somebody else, even if the target would tell it.
#[test]
fn only_objects_of_the_live_revision_are_shown() {
    let asking = Asking::with(|question| {
        assert_eq!((question.repository.as_str(), question.environment.as_str()), ("https://host/shop", "prod"));
        match question.object.name.as_str() {
            "none" => Ok(None),
            name => Err(format!("somebody asked for {name}")),
        }
    });
    let path = "/object?environment=prod&kind=ConfigMap&namespace=shop&name=none";
    assert!(asking.get(path).ends_with("There is no revision in the environment 'prod' that is live yet.\n"));
    crate::markup::deploy(&asking, "Open the shop", "Ada", &place());
    let answer = asking.get(path);
    assert_eq!(status(&answer), "404");
    assert!(
        answer.ends_with("There is no configmap/none in namespace shop in revision aaaaaaa, which is live.\n"),
        "{answer}"
    );
    let answer = asking.get(&path.replace("none", "x"));
    assert_eq!(status(&answer), "504", "{answer}");
    assert!(answer.ends_with("The target was not read: somebody asked for x.\n"), "{answer}");
}
