//! Names and messages that a browser or a terminal would take for its own.

use landfall_core::{health::HealthState, object::ObjectId};
use landfall_journal::{
    Cause, DeployId, NewChange, NewDeploy, NewImage, NewPlan, NewRollout, ObjectAction, Outcome, Place, Time,
};

use crate::asking::{Asking, place};

const MARKUP: &str =
    "<script>alert(1)</script><img src=x onerror=alert(2)>'\"&\u{1b}[31mred\u{1b}]0;title\u{7}\u{202e}";

/// Records a deploy that is live, with an author, a message, and names of objects and images that say the same.
pub fn deploy(asking: &Asking, subject: &str, author: &str, place: &Place) -> DeployId {
    let at = Time::now();
    let object = ObjectId {
        group: "apps".into(),
        kind: "Deployment".into(),
        namespace: Some("shop".into()),
        name: author.to_owned(),
    };
    let new = NewDeploy {
        place: place.clone(),
        environment: "prod".into(),
        target: "context prod".into(),
        cause: Cause::Serve,
        asked_by: Some(author.into()),
        repository: Some("https://host/shop".into()),
        revision: Some("a".repeat(40)),
        author: Some(author.into()),
        subject: Some(subject.into()),
        message: None,
        committed: Some(at),
        detected: at,
    };
    let change = NewChange {
        object: object.clone(),
        action: ObjectAction::Create,
        fields: subject.into(),
        place: Some(format!("base/{subject}.yaml:1")),
    };
    let image =
        NewImage { workload: object.clone(), container: subject.into(), before: None, after: Some(subject.into()) };
    let plan = NewPlan { changes: vec![change], images: vec![image], ..NewPlan::default() };
    let rollout = NewRollout {
        workload: object.clone(),
        state: HealthState::Live,
        ready: Some(1),
        total: Some(1),
        sentence: subject.into(),
        at,
        live: Some(at),
    };
    let journal = &asking.journal;
    asking.runtime.block_on(async {
        let id = journal.begin(&new).await.unwrap().id;
        journal.planned(&id, &plan, at).await.unwrap();
        journal.failed(&id, &[(object, subject.to_owned())]).await.unwrap();
        journal.applied(&id, at).await.unwrap();
        journal.rollout(&id, &[rollout]).await.unwrap();
        journal.finish(&id, Outcome::Live, Some(subject), at).await.unwrap();
        id
    })
}

#[test]
fn markup_is_shown_as_text_and_escapes_are_not_sent() {
    let asking = Asking::new();
    let id = deploy(&asking, MARKUP, MARKUP, &place());
    for path in [
        "/".to_owned(),
        "/timeline".to_owned(),
        format!("/deploys/{id}"),
        "/live-at?environment=prod&at=2100-01-01".to_owned(),
        "/timeline?service=%3Cscript%3Ealert(1)%3C/script%3E%1b%5B31m".to_owned(),
        "/live-at?environment=%3Cscript%3E%1b&at=2100-01-01".to_owned(),
        "/webhooks/%3Cscript%3E%1b".to_owned(),
    ] {
        for answer in [asking.browse(&path), asking.get(&path)] {
            assert!(!answer.contains("<script>alert") && !answer.contains("<img src"), "{path}: {answer}");
            let is_control = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
            assert!(!answer.contains(is_control), "{path}: {answer:?}");
        }
    }
    let page = asking.browse(&format!("/deploys/{id}"));
    assert!(page.contains("&#60;script&#62;alert(1)"), "{page}");
    let json = asking.get(&format!("/api/v1/deploys/{id}"));
    assert!(!json.contains('\u{1b}') && json.contains("\\u001b[31m"), "{json}");
    assert!(json.contains("content-type: application/json"), "no browser takes it for a page: {json}");
}
