//! Asks a target for one object, with a limit on time and on how many ask at once.

use std::time::Duration;

use axum::http::StatusCode;
use landfall_core::object::ObjectId;
use landfall_deploy::inspect::Inspected;
use landfall_journal::{Deploy, Time, short_id};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    app::{App, Question},
    page::filter,
    problem::Problem,
};

/// How long a target has to answer. Somebody waits, and a page that does not come says less than one that says why.
const PATIENCE: Duration = Duration::from_secs(5);

/// An object, as an address names it.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// The environment.
    pub environment: String,
    /// The API group; empty or not given for the core group.
    #[serde(default)]
    pub group: String,
    /// The kind, such as `Deployment`.
    pub kind: String,
    /// The namespace; empty or not given for a cluster-scoped object.
    #[serde(default)]
    pub namespace: String,
    /// The name.
    pub name: String,
}

/// What a target answered.
pub(crate) struct Answer {
    pub inspected: Inspected,
    /// The deploy whose revision is live.
    pub deploy: Deploy,
    /// The namespace of objects that name none.
    pub namespace: String,
}

impl Asked {
    pub fn id(&self) -> ObjectId {
        let Self { group, kind, namespace, name, .. } = self.clone();
        ObjectId { group, kind, namespace: Some(namespace).filter(|namespace| !namespace.is_empty()), name }
    }
}

/// The object as the revision that is live has it, and as it is now.
pub(crate) async fn inspect(app: &App, asked: &Asked) -> Result<Answer, Problem> {
    let (repository, place) = filter::followed(app, &asked.environment)?;
    let namespace = place.namespace.clone();
    let deploy = app.journal.live_at(&place, Time::now()).await?.deploy;
    let nothing =
        || Problem::not_found(&format!("revision in the environment '{}' that is live yet", asked.environment));
    let deploy = deploy.ok_or_else(nothing)?;
    let revision = deploy.revision.clone().ok_or_else(nothing)?;
    let object = asked.id();
    let question = Question { repository, environment: asked.environment.clone(), revision, object };
    let Question { revision, object, .. } = question.clone();
    let asked = async {
        // It is never closed.
        let _turn = app.inspector.at_once.acquire().await;
        (app.inspector.ask)(question).await
    };
    let unanswered = |why: String| Problem(StatusCode::GATEWAY_TIMEOUT, format!("{why}.\n"));
    let late =
        |_| unanswered(format!("The target did not answer within {} s; what is live is as it was", PATIENCE.as_secs()));
    let answer = tokio::time::timeout(PATIENCE, asked).await.map_err(late)?;
    let inspected = answer.map_err(|why| unanswered(format!("The target was not read: {why}")))?;
    let unknown = || Problem::not_found(&format!("{object} in revision {}, which is live", short_id(&revision)));
    Ok(Answer { inspected: inspected.ok_or_else(unknown)?, deploy, namespace })
}
