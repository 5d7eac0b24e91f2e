//! Reads the cluster while the manifests are still being read: the kinds, the inventory, and the lists that the
//! inventory lets one expect.
//!
//! Each result is used once, by the first who asks for it; whoever asks again gets a fresh one.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use landfall_core::{
    catalog::Catalog, desired::DesiredSet, inventory::Inventory, observation::list_queries, selector::Selector,
};
use landfall_deploy::{
    environment::EnvironmentKey,
    target::{Inventories, TargetError},
};

use crate::{discover, http::Api, inventory, lists::Lists};
use landfall_deploy::task::Task;

type Reading<T> = Shared<BoxFuture<'static, Result<T, TargetError>>>;

/// What was started and not asked for yet.
#[derive(Default)]
pub struct ReadAhead(Mutex<Started>);

#[derive(Default)]
struct Started {
    catalog: Option<Reading<Catalog>>,
    inventories: Option<(EnvironmentKey, Reading<Inventories>)>,
    lists: Option<(String, Task<Lists>)>,
}

impl ReadAhead {
    /// Starts to read for an environment. Lists are only expected where objects are to be pruned: then the kinds of the
    /// inventory are read in any case.
    pub fn start(&self, api: &Arc<Api>, selector: &Selector, namespace: &str, prune: bool) {
        let key = EnvironmentKey::new(namespace, selector);
        let catalog = reading(api, |api| async move { discover::discover(&api).await });
        let own = key.clone();
        let inventories = reading(api, |api| async move { inventory::read(&api, &own).await });
        let lists =
            Task::spawn(expected_lists(Arc::clone(api), catalog.clone(), inventories.clone(), key.clone(), prune));
        let started = Started {
            catalog: Some(catalog),
            inventories: Some((key.clone(), inventories)),
            lists: Some((key.selector, lists)),
        };
        self.with(|current| *current = started);
    }

    /// The kinds, if they are being read.
    pub fn catalog(&self) -> Option<Reading<Catalog>> {
        self.with(|started| started.catalog.take())
    }

    /// The inventories, if they are being read for this environment.
    pub fn inventories(&self, key: &EnvironmentKey) -> Option<Reading<Inventories>> {
        self.with(|started| started.inventories.take()).filter(|(of, _)| of == key).map(|(_, reading)| reading)
    }

    /// The lists that are under way for a selector.
    pub async fn lists(&self, selector: &str) -> Lists {
        match self.with(|started| started.lists.take()).filter(|(of, _)| of == selector) {
            Some((_, lists)) => lists.join().await,
            None => Lists::default(),
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut Started) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn reading<T, F>(api: &Arc<Api>, read: impl FnOnce(Arc<Api>) -> F) -> Reading<T>
where
    T: Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, TargetError>> + Send + 'static,
{
    let task = Task::spawn(read(Arc::clone(api)));
    task.join().boxed().shared()
}

async fn expected_lists(
    api: Arc<Api>,
    catalog: Reading<Catalog>,
    inventories: Reading<Inventories>,
    key: EnvironmentKey,
    prune: bool,
) -> Lists {
    // A failure is told to whoever asks for the kinds or the inventories.
    let (Ok(catalog), Ok(Inventories { own: Some(inventory), .. })) = futures::join!(catalog, inventories) else {
        return Lists::default();
    };
    let mut queries = list_queries(&DesiredSet::default(), Some(&inventory), &catalog, &key.namespace, prune);
    let counts = counts(&inventory);
    // The longest first: the run takes as long as the last one.
    queries.sort_by_key(|query| {
        let kind = &query.kind.gvk;
        std::cmp::Reverse(counts.get(&(kind.group.as_str(), kind.kind.as_str())).copied())
    });
    Lists::start(&api, &queries, &key.selector)
}

fn counts(inventory: &Inventory) -> BTreeMap<(&str, &str), usize> {
    let mut counts = BTreeMap::new();
    for id in inventory.objects.keys() {
        *counts.entry((id.group.as_str(), id.kind.as_str())).or_default() += 1;
    }
    counts
}
