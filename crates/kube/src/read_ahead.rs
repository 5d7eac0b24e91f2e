//! Reads the cluster while the manifests are still being read: the kinds, the inventory, and the lists that are needed in any
//! case. They wait for nothing that they need not: a server may take a tenth of a second for each list, until it knows that
//! what it remembers is current.
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
    catalog::Catalog,
    desired::DesiredSet,
    object::ObjectId,
    observation::{ListQuery, list_queries},
    selector::Selector,
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
    lists: Option<Begun>,
}

/// Lists that were begun before anybody asked for them.
struct Begun {
    selector: String,
    lists: Arc<Mutex<Lists>>,
    /// Adds to them what the kinds and the inventory tell.
    _adding: Task<()>,
}

impl ReadAhead {
    /// Starts to read for an environment. Lists are only begun where objects are to be pruned: then all kinds of the cluster
    /// are read in any case, and in the namespaces of the inventory.
    pub fn start(&self, api: &Arc<Api>, selector: &Selector, namespace: &str, prune: bool) {
        let key = EnvironmentKey::new(namespace, selector);
        let catalog = reading(api, |api| async move { discover::discover(&api).await });
        let own = key.clone();
        let inventories = reading(api, |api| async move { inventory::read(&api, &own).await });
        let lists = Arc::new(Mutex::new(Lists::default()));
        let adding = expected_lists(
            Arc::clone(api),
            catalog.clone(),
            inventories.clone(),
            key.clone(),
            prune,
            Arc::clone(&lists),
        );
        let begun = Begun { selector: key.selector.clone(), lists, _adding: Task::spawn(adding) };
        let started = Started { catalog: Some(catalog), inventories: Some((key, inventories)), lists: Some(begun) };
        self.with(|current| *current = started);
    }

    /// Begins lists that are going to be asked for, if others are under way: those of a revision's objects.
    pub fn expect(&self, api: &Arc<Api>, mut queries: Vec<ListQuery>, desired: &DesiredSet, selector: &str) {
        longest_first(&mut queries, desired.objects.iter().map(|desired| &desired.id));
        self.with(|started| {
            if let Some(begun) = started.lists.as_ref().filter(|begun| begun.selector == selector) {
                lock(&begun.lists).add(api, &queries, selector);
            }
        });
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
    pub fn lists(&self, selector: &str) -> Lists {
        match self.with(|started| started.lists.take()).filter(|begun| begun.selector == selector) {
            Some(begun) => std::mem::take(&mut *lock(&begun.lists)),
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
    lists: Arc<Mutex<Lists>>,
) {
    // A failure is told to whoever asks for the kinds or the inventories.
    let Ok(catalog) = catalog.await else { return };
    let none = DesiredSet::default();
    // What has no namespace needs no list of them: how many there are decides how the rest is listed.
    let mut queries = list_queries(&none, None, &catalog, &key.namespace, prune);
    queries.retain(|query| query.namespace.is_none());
    lock(&lists).add(&api, &queries, &key.selector);
    let Ok(Inventories { own: Some(inventory), .. }) = inventories.await else { return };
    let mut queries = list_queries(&none, Some(&inventory), &catalog, &key.namespace, prune);
    longest_first(&mut queries, inventory.objects.keys());
    lock(&lists).add(&api, &queries, &key.selector);
}

/// The run takes as long as the last list, so those of the kinds with the most objects come first.
fn longest_first<'i>(queries: &mut [ListQuery], ids: impl Iterator<Item = &'i ObjectId>) {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for id in ids {
        *counts.entry((id.group.as_str(), id.kind.as_str())).or_default() += 1;
    }
    queries.sort_by_key(|query| {
        let kind = &query.kind.gvk;
        std::cmp::Reverse(counts.get(&(kind.group.as_str(), kind.kind.as_str())).copied())
    });
}

fn lock(lists: &Mutex<Lists>) -> std::sync::MutexGuard<'_, Lists> {
    lists.lock().unwrap_or_else(PoisonError::into_inner)
}
