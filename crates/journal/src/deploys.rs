//! The timeline.

use std::collections::BTreeMap;

use landfall_core::object::ObjectId;
use serde::{Deserialize, Serialize};

use crate::{
    deploy::Deploy,
    error::{Error, Result},
    id::DeployId,
    journal::Journal,
    object::{ImageChange, ObjectChange},
    place::Place,
    rows,
    time::Time,
    transaction::{Tx, placeholders},
    words::{ObjectAction, ObjectState, Outcome},
};

/// Which deploys are meant; those that fit everything that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this place.
    pub place: Option<Place>,
    /// Of environments with this name.
    pub environment: Option<String>,
    /// From this repository.
    pub repository: Option<String>,
    /// Those that changed a workload: its name, or kind and name as in `deployment/gitserver`.
    pub service: Option<String>,
    /// Detected then or later.
    pub since: Option<Time>,
    /// Detected before.
    pub until: Option<Time>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// At most so many; 50 if `None`, 1000 at most.
    pub limit: Option<u32>,
    /// [`Page::next`] of the page before.
    pub cursor: Option<String>,
}

/// Deploys, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Timeline)]
pub struct Page {
    /// The deploys.
    pub deploys: Vec<Summary>,
    /// What to pass as [`Filter::cursor`] for the ones before; `None` if there are none.
    pub next: Option<String>,
}

/// A deploy in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// The deploy itself.
    pub deploy: Deploy,
    /// How many objects it changed.
    pub counts: Counts,
    /// The objects that it changed or kept, in the order in which they were planned.
    pub objects: Vec<ObjectChange>,
    /// The workloads that it changed, be it their images or something else.
    pub services: Vec<ObjectId>,
    /// The images that it changed.
    pub images: Vec<ImageChange>,
}

impl Summary {
    /// What became of the objects: `1 created, 2 updated, 1 failed`.
    pub fn done(&self) -> String {
        if self.deploy.outcome == Outcome::Blocked {
            return "nothing was written".to_owned();
        }
        let count = |state, action: Option<ObjectAction>| {
            let counts =
                |object: &&ObjectChange| object.state == state && action.is_none_or(|action| object.action == action);
            self.objects.iter().filter(counts).count()
        };
        let parts = [
            (count(ObjectState::Done, Some(ObjectAction::Create)), "created"),
            (count(ObjectState::Done, Some(ObjectAction::Update)), "updated"),
            (count(ObjectState::Done, Some(ObjectAction::Replace)), "replaced"),
            (count(ObjectState::Done, Some(ObjectAction::Repair)), "repaired"),
            (count(ObjectState::Done, Some(ObjectAction::Prune)), "pruned"),
            (count(ObjectState::Failed, None), "failed"),
            (count(ObjectState::Planned, None), "not written"),
        ];
        let words: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        if !words.is_empty() {
            return words.join(", ");
        }
        // What a deploy changes is not known while it is being planned, be it once more.
        let is_open = self.deploy.outcome == Outcome::Running;
        if is_open { "nothing written yet" } else { "no changes" }.to_owned()
    }
}

/// Numbers of objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Created.
    pub create: u64,
    /// Patched.
    pub update: u64,
    /// Deleted and created again.
    pub replace: u64,
    /// Recorded as desired, but made true anew.
    pub repair: u64,
    /// Deleted.
    pub prune: u64,
    /// Left on purpose.
    pub keep: u64,
    /// Those of the above that could not be written.
    pub failed: u64,
    /// Those of the above that have not been written.
    pub planned: u64,
}

impl Journal {
    /// The deploys that fit, newest first: the order in which they began within a place, and of their detection between
    /// places.
    ///
    /// # Errors
    ///
    /// The journal cannot be read, or [`Error::Cursor`](crate::Error::Cursor).
    pub async fn deploys(&self, filter: &Filter) -> Result<Page> {
        let limit = usize::try_from(filter.limit.unwrap_or(50).clamp(1, 1000)).unwrap_or(50);
        let mut tx = self.reading().await?;
        let place = match &filter.place {
            Some(place) => match tx.known_place(place).await? {
                Some(place) => Some(place),
                None => return Ok(Page { deploys: Vec::new(), next: None }),
            },
            None => None,
        };
        let mut ids = ids(&mut tx, filter, place, limit + 1).await?;
        let next = (ids.len() > limit).then(|| ids.truncate(limit)).and_then(|()| ids.last().map(DeployId::to_string));
        Ok(Page { deploys: summaries(&mut tx, &ids).await?, next })
    }
}

/// The condition of a filter, and its values.
#[derive(Default)]
struct Conditions {
    texts: Vec<String>,
    values: Vec<Value>,
}

enum Value {
    Text(String),
    Number(i64),
}

impl Conditions {
    /// `text` has a `?` where the value stands.
    fn add(&mut self, text: &str, value: Value) {
        self.values.push(value);
        self.texts.push(text.replace('?', &format!("${}", self.values.len())));
    }
}

/// The ids of a page. What narrows them most decides in which order they are looked for: a service has an index of its
/// own deploys.
async fn ids(tx: &mut Tx<'_>, filter: &Filter, place: Option<i64>, limit: usize) -> Result<Vec<DeployId>> {
    let mut conditions = Conditions::default();
    let (from, id) = match &filter.service {
        Some(service) => {
            let (kind, name) =
                service.rsplit_once('/').map_or((None, service.as_str()), |(kind, name)| (Some(kind), name));
            conditions.add("o.service = ?", Value::Text(name.to_owned()));
            if let Some(kind) = kind {
                conditions.add("lower(o.object) LIKE ?", Value::Text(format!("%/{}/%", plain(kind).to_lowercase())));
            }
            ("objects o JOIN deploys d ON d.id = o.deploy", "o.deploy")
        }
        None => ("deploys d", "d.id"),
    };
    let on_id = |comparison: &str| format!("{id} {comparison} ?");
    if let Some(cursor) = &filter.cursor {
        if cursor.len() != 26 || !cursor.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Error::Cursor { cursor: cursor.clone() });
        }
        conditions.add(&on_id("<"), Value::Text(cursor.clone()));
    }
    if let Some(place) = place {
        conditions.add("d.place_id = ?", Value::Number(place));
    }
    let texts = [("d.environment = ?", &filter.environment), ("d.repository = ?", &filter.repository)];
    for (text, value) in texts {
        if let Some(value) = value {
            conditions.add(text, Value::Text(value.clone()));
        }
    }
    if let Some(outcome) = filter.outcome {
        conditions.add("d.outcome = ?", Value::Text(outcome.to_string()));
    }
    if let Some(since) = filter.since {
        conditions.add(&on_id(">="), Value::Text(DeployId::first_at(since)));
    }
    if let Some(until) = filter.until {
        conditions.add(&on_id("<"), Value::Text(DeployId::first_at(until)));
    }
    let condition = if conditions.texts.is_empty() { "1 = 1".to_owned() } else { conditions.texts.join(" AND ") };
    let sql = format!("SELECT {id} FROM {from} WHERE {condition} GROUP BY {id} ORDER BY {id} DESC LIMIT {limit}");
    let sql = conditions.values.into_iter().fold(sqlx::query(sqlx::AssertSqlSafe(sql)), |sql, value| match value {
        Value::Text(text) => sql.bind(text),
        Value::Number(number) => sql.bind(number),
    });
    tx.list(sql, rows::id).await
}

/// A kind as a user writes it; what would have a meaning in a pattern is no part of any.
fn plain(kind: &str) -> String {
    kind.chars().filter(char::is_ascii_alphanumeric).collect()
}

async fn summaries(tx: &mut Tx<'_>, ids: &[DeployId]) -> Result<Vec<Summary>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let these = placeholders(1, ids.len());
    let condition = format!("d.id IN {these} ORDER BY d.id DESC");
    let deploys = tx.deploys(&condition, |sql| ids.iter().fold(sql, |sql, id| sql.bind(id.to_string()))).await?;
    let mut summaries: BTreeMap<DeployId, Summary> = BTreeMap::new();
    for deploy in deploys {
        let id = deploy.id.clone();
        let (counts, objects) = (Counts::default(), Vec::new());
        summaries.insert(id, Summary { deploy, counts, objects, services: Vec::new(), images: Vec::new() });
    }
    let objects = format!(
        "SELECT object, action, fields, manifest, state, written, error, deploy, service FROM objects \
         WHERE deploy IN {these} ORDER BY deploy, position"
    );
    let objects = ids.iter().fold(sqlx::query(sqlx::AssertSqlSafe(objects)), |sql, id| sql.bind(id.to_string()));
    for (id, change, is_service) in tx.list(objects, rows::object_of_deploy).await? {
        let Some(summary) = summaries.get_mut(&id) else { continue };
        summary.counts.add(change.action, change.state);
        if is_service && change.action != ObjectAction::Keep {
            summary.services.push(change.object.clone());
        }
        summary.objects.push(change);
    }
    let images = format!(
        "SELECT deploy, object, container, image_before, image_after, digest FROM images \
         WHERE deploy IN {these} AND coalesce(image_before, '') <> coalesce(image_after, '')"
    );
    let images = ids.iter().fold(sqlx::query(sqlx::AssertSqlSafe(images)), |sql, id| sql.bind(id.to_string()));
    for (id, image) in tx.list(images, rows::image_change).await? {
        if let Some(summary) = summaries.get_mut(&id) {
            summary.images.push(image);
        }
    }
    for summary in summaries.values_mut() {
        summary.services.sort();
        summary.images.sort_by(|a, b| (&a.workload, &a.container).cmp(&(&b.workload, &b.container)));
    }
    Ok(summaries.into_values().rev().collect())
}

impl Counts {
    fn add(&mut self, action: ObjectAction, state: ObjectState) {
        match action {
            ObjectAction::Create => self.create += 1,
            ObjectAction::Update => self.update += 1,
            ObjectAction::Replace => self.replace += 1,
            ObjectAction::Repair => self.repair += 1,
            ObjectAction::Prune => self.prune += 1,
            ObjectAction::Keep => self.keep += 1,
        }
        match state {
            ObjectState::Planned => self.planned += 1,
            ObjectState::Failed => self.failed += 1,
            ObjectState::Done => {}
        }
    }
}
