//! Rows of the database as values.

use landfall_core::object::ObjectId;
use sqlx::{Row, any::AnyRow};

use crate::{
    deploy::Deploy,
    id::DeployId,
    object::{ImageChange, ObjectChange},
    observation::Observation,
    place::Place,
    progress::Rollout,
    service::{Service, ServiceImage},
    text::{to_health, to_object},
    time::Time,
};

/// The columns that [`deploy`] reads, of `deploys d JOIN places p`.
pub(crate) const DEPLOY: &str = "d.id, p.target, p.namespace, p.record, d.environment, d.target, d.cause, d.asked_by, \
     d.repository, d.revision, d.author, d.subject, d.message, d.previous_revision, d.is_older, d.committed, d.detected, \
     d.first_write, d.applied, d.live, d.ended, d.outcome, d.reason, d.ended_by, d.resumes";

/// Reads the columns of a row from left to right.
pub(crate) struct Cells<'r> {
    row: &'r AnyRow,
    next: usize,
}

impl<'r> Cells<'r> {
    pub fn new(row: &'r AnyRow) -> Self {
        Self { row, next: 0 }
    }

    pub fn maybe_text(&mut self) -> sqlx::Result<Option<String>> {
        self.next += 1;
        self.row.try_get(self.next - 1)
    }

    pub fn maybe_number(&mut self) -> sqlx::Result<Option<i64>> {
        self.next += 1;
        self.row.try_get(self.next - 1)
    }

    pub fn text(&mut self) -> sqlx::Result<String> {
        self.maybe_text()?.ok_or_else(|| self.missing())
    }

    pub fn number(&mut self) -> sqlx::Result<i64> {
        self.maybe_number()?.ok_or_else(|| self.missing())
    }

    pub fn maybe_time(&mut self) -> sqlx::Result<Option<Time>> {
        Ok(self.maybe_number()?.map(Time::from_millis))
    }

    pub fn time(&mut self) -> sqlx::Result<Time> {
        Ok(Time::from_millis(self.number()?))
    }

    pub fn maybe_id(&mut self) -> sqlx::Result<Option<DeployId>> {
        Ok(self.maybe_text()?.map(DeployId::stored))
    }

    pub fn object(&mut self) -> sqlx::Result<ObjectId> {
        self.word(to_object)
    }

    /// A text of which only some are known.
    pub fn word<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>) -> sqlx::Result<T> {
        let text = self.text()?;
        parse(&text).ok_or_else(|| sqlx::Error::Decode(format!("`{text}` is not known here").into()))
    }

    fn missing(&self) -> sqlx::Error {
        sqlx::Error::Decode(format!("column {} is empty", self.next - 1).into())
    }
}

/// The first column, a text.
pub(crate) fn text(row: &AnyRow) -> sqlx::Result<String> {
    Cells::new(row).text()
}

/// The first column, a number.
pub(crate) fn number(row: &AnyRow) -> sqlx::Result<i64> {
    Cells::new(row).number()
}

/// The first column, an id.
pub(crate) fn id(row: &AnyRow) -> sqlx::Result<DeployId> {
    text(row).map(DeployId::stored)
}

/// The first three columns, a place.
pub(crate) fn place(row: &AnyRow) -> sqlx::Result<Place> {
    let mut cells = Cells::new(row);
    Ok(Place { target: cells.text()?, namespace: cells.text()?, record: cells.text()? })
}

/// The columns [`DEPLOY`].
pub(crate) fn deploy(row: &AnyRow) -> sqlx::Result<Deploy> {
    use crate::words::{Cause, Outcome};
    let mut cells = Cells::new(row);
    Ok(Deploy {
        id: DeployId::stored(cells.text()?),
        place: Place { target: cells.text()?, namespace: cells.text()?, record: cells.text()? },
        environment: cells.text()?,
        target: cells.text()?,
        cause: cells.word(Cause::parse)?,
        asked_by: cells.maybe_text()?,
        repository: cells.maybe_text()?,
        revision: cells.maybe_text()?,
        author: cells.maybe_text()?,
        subject: cells.maybe_text()?,
        message: cells.maybe_text()?,
        previous_revision: cells.maybe_text()?,
        is_older: cells.number()? != 0,
        committed: cells.maybe_time()?,
        detected: cells.time()?,
        first_write: cells.maybe_time()?,
        applied: cells.maybe_time()?,
        live: cells.maybe_time()?,
        ended: cells.maybe_time()?,
        outcome: cells.word(Outcome::parse)?,
        reason: cells.maybe_text()?,
        ended_by: cells.maybe_id()?,
        resumes: cells.number()?,
    })
}

/// `object, action, fields, manifest, state, written, error`.
pub(crate) fn object_change(row: &AnyRow) -> sqlx::Result<ObjectChange> {
    read_object_change(&mut Cells::new(row))
}

/// The same, then the deploy, and the service if it is one.
pub(crate) fn object_of_deploy(row: &AnyRow) -> sqlx::Result<(DeployId, ObjectChange, bool)> {
    let mut cells = Cells::new(row);
    let change = read_object_change(&mut cells)?;
    Ok((DeployId::stored(cells.text()?), change, cells.maybe_text()?.is_some()))
}

fn read_object_change(cells: &mut Cells<'_>) -> sqlx::Result<ObjectChange> {
    use crate::words::{ObjectAction, ObjectState};
    Ok(ObjectChange {
        object: cells.object()?,
        action: cells.word(ObjectAction::parse)?,
        fields: cells.text()?,
        place: cells.maybe_text()?,
        state: cells.word(ObjectState::parse)?,
        at: cells.maybe_time()?,
        error: cells.maybe_text()?,
    })
}

/// `object, container, image_before, image_after, digest`, after an id.
pub(crate) fn image_change(row: &AnyRow) -> sqlx::Result<(DeployId, ImageChange)> {
    let mut cells = Cells::new(row);
    let deploy = DeployId::stored(cells.text()?);
    let change = ImageChange {
        workload: cells.object()?,
        container: cells.text()?,
        before: cells.maybe_text()?,
        after: cells.maybe_text()?,
        digest: cells.maybe_text()?,
    };
    Ok((deploy, change))
}

/// `object, state, ready, total, sentence, started, updated, live`.
pub(crate) fn rollout(row: &AnyRow) -> sqlx::Result<Rollout> {
    let mut cells = Cells::new(row);
    Ok(Rollout {
        workload: cells.object()?,
        state: cells.word(to_health)?,
        ready: cells.maybe_number()?,
        total: cells.maybe_number()?,
        sentence: cells.text()?,
        started: cells.time()?,
        updated: cells.time()?,
        live: cells.maybe_time()?,
    })
}

/// `object, started, deploy, revision, images` of a span.
pub(crate) fn service(row: &AnyRow) -> sqlx::Result<Service> {
    let mut cells = Cells::new(row);
    let (workload, started) = (cells.object()?, cells.time()?);
    let (deploy, revision) = (cells.maybe_id()?, cells.maybe_text()?);
    let since = deploy.is_some().then_some(started);
    Ok(Service { workload, since, deploy, revision, images: images(&cells.text()?)? })
}

/// The images of a span.
pub(crate) fn images(json: &str) -> sqlx::Result<Vec<ServiceImage>> {
    serde_json::from_str(json).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// `object, what, done_by, done, seen`.
pub(crate) fn observation(row: &AnyRow) -> sqlx::Result<Observation> {
    let mut cells = Cells::new(row);
    Ok(Observation {
        object: cells.object()?,
        what: cells.text()?,
        by: cells.maybe_text()?,
        done: cells.maybe_time()?,
        seen: cells.time()?,
    })
}
