//! A correction of a few objects: only they are read, planned and written, however many the environment has.

use std::{collections::BTreeSet, sync::Arc};

use landfall_core::object::ObjectId;
use landfall_journal::Journal;

use super::{
    attempt::{Asked, Attempt, of_result, written},
    control::{Control, Told},
    host::{Host, Prepared},
    keep::{Kept, Left},
};
use crate::{config::Config, deploy::Deployer, target::Drifted};

/// At most so many are corrected by themselves; for more, lists of everything cost less.
const FEW: usize = 100;

/// The objects, and where they stand.
pub(super) struct Alone {
    kept: Arc<Kept>,
    objects: Arc<BTreeSet<ObjectId>>,
    files: Vec<String>,
}

impl Alone {
    /// `None` where the whole environment is to be deployed: on a host, whose containers hang together, or if there are many.
    pub fn of(kept: &Arc<Kept>, drifted: &[Drifted]) -> Option<Self> {
        if !kept.target.rolls_by_itself() || drifted.len() > FEW {
            return None;
        }
        let objects: BTreeSet<ObjectId> = drifted.iter().map(|drifted| drifted.object.clone()).collect();
        let files: Option<BTreeSet<&Arc<str>>> = objects.iter().map(|object| kept.files.get(object)).collect();
        let files = files?.into_iter().map(|file| file.as_ref().to_owned()).collect();
        Some(Self { kept: Arc::clone(kept), objects: Arc::new(objects), files })
    }

    /// Corrects them; `None` where the whole environment is to be deployed, since something has changed.
    pub async fn correct(
        self,
        host: &dyn Host,
        journal: &Journal,
        config: &Config,
        asked: &Asked<'_>,
        control: &Arc<Control>,
    ) -> Option<Attempt> {
        let Asked { environment, commit, cause, leads } = *asked;
        let prepared = host.prepare(config, environment, commit, Some(&self.files)).await;
        let Prepared { mut request, manifests: Ok(manifests), .. } = prepared.ok()? else { return None };
        let target = self.kept.target.as_ref();
        if !target.inventories(&self.kept.key).await.ok()?.is_at(request.revision.as_deref()) {
            return None;
        }
        (request.cause, request.leads) = (cause, leads);
        (request.only, request.options.prune) = (Some(self.objects), false);
        let progress = Told { control: Arc::clone(control), host: host.progress(environment, commit) };
        let deployer = Deployer { target, journal: Some(journal), progress: &progress };
        let result = deployer.deploy(manifests, &request).await;
        control.leave(Left::Alone(written(&result)));
        Some(of_result(&result))
    }
}
