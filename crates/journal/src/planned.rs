//! What a deploy is going to do.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    error::Result,
    id::DeployId,
    journal::Journal,
    object::{NewChange, NewImage, NewPlan},
    rows::Cells,
    service::ServiceImage,
    text::{is_workload, of_object},
    time::Time,
    transaction::Tx,
    words::{ObjectAction, ObjectState},
};

/// A change that was recorded before.
struct Earlier {
    position: i64,
    action: ObjectAction,
    state: ObjectState,
    fields: String,
    manifest: Option<String>,
}

impl Journal {
    /// Records the plan, before the first write. In a deploy that was resumed, what was planned before and is not planned
    /// any more was written before the kill: it counts as done.
    ///
    /// # Errors
    ///
    /// The journal cannot be written, or does not have the deploy.
    pub async fn planned(&self, id: &DeployId, plan: &NewPlan, at: Time) -> Result<()> {
        let mut tx = self.writing().await?;
        let place = tx.place_of(id).await?;
        if tx.is_running(id).await? {
            let sql = "UPDATE deploys SET previous_revision = coalesce(previous_revision, $1), \
                       is_older = CASE WHEN is_older = 1 THEN 1 ELSE $2 END WHERE id = $3";
            let sql = sqlx::query(sql).bind(plan.previous_revision.clone()).bind(i64::from(plan.is_older));
            tx.run(sql.bind(id.to_string())).await?;
            let earlier = earlier(&mut tx, id).await?;
            tell_done(&mut tx, place, id, plan, &earlier, at).await?;
            changes(&mut tx, id, plan, &earlier).await?;
            images(&mut tx, place, id, plan, at).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

async fn earlier(tx: &mut Tx<'_>, id: &DeployId) -> Result<BTreeMap<String, Earlier>> {
    let sql = "SELECT object, position, action, state, fields, manifest FROM objects WHERE deploy = $1";
    let found = tx.list(sqlx::query(sql).bind(id.to_string()), |row| {
        let mut cells = Cells::new(row);
        let object = cells.text()?;
        let earlier = Earlier {
            position: cells.number()?,
            action: cells.word(ObjectAction::parse)?,
            state: cells.word(ObjectState::parse)?,
            fields: cells.text()?,
            manifest: cells.maybe_text()?,
        };
        Ok((object, earlier))
    });
    Ok(found.await?.into_iter().collect())
}

/// What was planned before and is not any more was written; when, nobody knows.
async fn tell_done(
    tx: &mut Tx<'_>,
    place: i64,
    id: &DeployId,
    plan: &NewPlan,
    earlier: &BTreeMap<String, Earlier>,
    at: Time,
) -> Result<()> {
    let planned: BTreeSet<String> = plan.changes.iter().map(|change| of_object(&change.object)).collect();
    for (object, earlier) in earlier {
        if planned.contains(object) || earlier.state == ObjectState::Done {
            continue;
        }
        let sql = "UPDATE objects SET state = 'done', error = NULL WHERE deploy = $1 AND object = $2";
        tx.run(sqlx::query(sql).bind(id.to_string()).bind(object.clone())).await?;
        if earlier.action == ObjectAction::Prune {
            tx.went(place, object, at).await?;
        }
    }
    Ok(())
}

/// The first plan of an object tells best what the deploy does to it: a later one starts from a half-done state.
async fn changes(tx: &mut Tx<'_>, id: &DeployId, plan: &NewPlan, earlier: &BTreeMap<String, Earlier>) -> Result<()> {
    let workloads: BTreeSet<_> = plan.images.iter().map(|image| &image.workload).collect();
    let mut next = earlier.values().map(|earlier| earlier.position + 1).max().unwrap_or_default();
    let mut rows = Vec::with_capacity(plan.changes.len());
    for change in &plan.changes {
        let object = of_object(&change.object);
        let known = earlier.get(&object).filter(|known| decides(known, change));
        let position = earlier.get(&object).map_or(next, |known| known.position);
        next = next.max(position + 1);
        let is_service = is_workload(&change.object) || workloads.contains(&change.object);
        rows.push((
            object,
            position,
            known.map_or(change.action, |known| known.action),
            known.map_or_else(|| change.fields.clone(), |known| known.fields.clone()),
            known.map_or_else(|| change.place.clone(), |known| known.manifest.clone()),
            is_service.then(|| change.object.name.clone()),
        ));
    }
    let insert = "INSERT INTO objects (deploy, object, position, action, fields, manifest, state, service)";
    let conflict = "ON CONFLICT (deploy, object) DO UPDATE SET action = excluded.action, fields = excluded.fields, \
                    manifest = excluded.manifest, state = excluded.state, error = NULL";
    tx.insert(insert, conflict, 8, &rows, |sql, (object, position, action, fields, manifest, service)| {
        let state = if *action == ObjectAction::Keep { ObjectState::Done } else { ObjectState::Planned };
        sql.bind(id.to_string())
            .bind(object.clone())
            .bind(*position)
            .bind(action.as_str())
            .bind(fields.clone())
            .bind(manifest.clone())
            .bind(state.as_str())
            .bind(service.clone())
    })
    .await?;
    Ok(())
}

fn decides(known: &Earlier, change: &NewChange) -> bool {
    (known.action == ObjectAction::Keep) == (change.action == ObjectAction::Keep)
}

async fn images(tx: &mut Tx<'_>, place: i64, id: &DeployId, plan: &NewPlan, at: Time) -> Result<()> {
    let spans = tx.open_spans(place).await?;
    let mut workloads: BTreeMap<String, Vec<&NewImage>> = BTreeMap::new();
    for image in &plan.images {
        workloads.entry(of_object(&image.workload)).or_default().push(image);
    }
    let written = plan.changes.iter().filter(|change| change.action != ObjectAction::Keep);
    let written: BTreeSet<String> = written.map(|change| of_object(&change.object)).collect();
    let mut rows = Vec::new();
    for (object, images) in &workloads {
        let known = spans.get(object);
        if known.is_none() {
            let met = met(images);
            if !met.is_empty() {
                tx.was_met(place, object, at, &met).await?;
            }
        }
        // An image that is in the manifests and that the journal has not seen live will be, by the end of this deploy.
        let is_news = |image: &&NewImage| known.is_some_and(|known| !has(known, image));
        if written.contains(object) || images.iter().any(|image| image.before != image.after || is_news(image)) {
            rows.extend(images.iter().map(|image| (object, *image)));
        }
    }
    let insert = "INSERT INTO images (deploy, object, container, image_before, image_after)";
    let conflict = "ON CONFLICT (deploy, object, container) DO UPDATE SET image_after = excluded.image_after";
    tx.insert(insert, conflict, 5, &rows, |sql, (object, image)| {
        sql.bind(id.to_string())
            .bind((*object).clone())
            .bind(image.container.clone())
            .bind(image.before.clone())
            .bind(image.after.clone())
    })
    .await?;
    Ok(())
}

/// Whether an unchanged image is what is known to be live.
fn has(known: &[ServiceImage], image: &NewImage) -> bool {
    known.iter().any(|known| known.container == image.container && Some(&known.image) == image.after.as_ref())
}

/// The images that run before the deploy, since when nobody knows.
fn met(images: &[&NewImage]) -> Vec<ServiceImage> {
    let image = |image: &&NewImage| {
        Some(ServiceImage {
            container: image.container.clone(),
            image: image.before.clone()?,
            digest: None,
            since: None,
            deploy: None,
            revision: None,
        })
    };
    let mut met: Vec<_> = images.iter().filter_map(image).collect();
    met.sort_by(|a, b| a.container.cmp(&b.container));
    met
}
