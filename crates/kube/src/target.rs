//! The Kubernetes target: its requests in one place, each in a module of its own.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;
use landfall_core::{
    catalog::{Catalog, ServedKind},
    desired::DesiredSet,
    inventory::Inventory,
    object::ObjectId,
    observation::{ListQuery, Observation},
    plan::{CheckOutcome, Item},
    selector::Selector,
};
use landfall_deploy::{
    environment::EnvironmentKey,
    target::{
        Carried, DriftRequest, DriftWatch, Inventories, Lock, ObserveRequest, Target, TargetError, Watch, WatchRequest,
    },
};

use serde_json::Value;

use crate::{
    carry_out, check, contents, definition, discover, drift, http::Api, inventory, lease, observe,
    read_ahead::ReadAhead, watch,
};

/// One cluster.
pub struct KubernetesTarget {
    api: Arc<Api>,
    default_namespace: String,
    ahead: ReadAhead,
}

impl KubernetesTarget {
    pub(crate) fn new(api: Api, default_namespace: String) -> Self {
        Self { api: Arc::new(api), default_namespace, ahead: ReadAhead::default() }
    }

    /// Begins to read what a deploy of an environment will ask for, in the background; worth it where the manifests
    /// are still to be read. Changes nothing, and tells no failure: whoever asks for it gets that.
    pub fn read_ahead(&self, selector: &Selector, namespace: Option<&str>, prune: bool) {
        self.ahead.start(&self.api, selector, namespace.unwrap_or(&self.default_namespace), prune);
    }

    /// Keeps what the server answers to writes from now on.
    pub fn keep_answers(&self) {
        self.api.answers.begin();
    }

    /// An object as the server answered to its last write, be it a dry run or in earnest; `None` where nothing was
    /// written, or answers are not kept.
    pub fn take_answer(&self, id: &ObjectId) -> Option<Value> {
        serde_json::from_slice(&self.api.answers.take(id)?).ok()
    }
}

fn kind_of<'a>(item: &Item, catalog: &'a Catalog) -> Result<&'a ServedKind, TargetError> {
    let unknown = || TargetError::Other(format!("The cluster does not serve {} any more", item.gvk));
    catalog.get(&item.gvk).ok_or_else(unknown)
}

#[async_trait]
impl Target for KubernetesTarget {
    fn describe(&self) -> String {
        self.api.description.clone()
    }

    fn address(&self) -> String {
        self.api.address.clone()
    }

    fn default_namespace(&self) -> &str {
        &self.default_namespace
    }

    async fn catalog(&self) -> Result<Catalog, TargetError> {
        match self.ahead.catalog() {
            Some(reading) => reading.await,
            None => discover::discover(&self.api).await,
        }
    }

    async fn inventories(&self, key: &EnvironmentKey) -> Result<Inventories, TargetError> {
        match self.ahead.inventories(key) {
            Some(reading) => reading.await,
            None => inventory::read(&self.api, key).await,
        }
    }

    async fn inventory_version(&self, key: &EnvironmentKey) -> Result<Option<String>, TargetError> {
        inventory::version(&self.api, key).await
    }

    fn expect(&self, queries: Vec<ListQuery>, desired: &DesiredSet, selector: &Selector) {
        self.ahead.expect(&self.api, queries, desired, &selector.to_string());
    }

    async fn observe(&self, request: &ObserveRequest<'_>) -> Result<Observation, TargetError> {
        observe::observe(&self.api, &self.ahead, request).await
    }

    async fn contents(&self, id: &ObjectId, catalog: &Catalog) -> Result<Vec<ObjectId>, TargetError> {
        contents::contents(&self.api, id, catalog).await
    }

    async fn check(&self, item: &Item, catalog: &Catalog) -> Result<CheckOutcome, TargetError> {
        check::check(&self.api, item, kind_of(item, catalog)?).await
    }

    async fn carry_out(&self, item: &Item, catalog: &Catalog) -> Result<Carried, TargetError> {
        carry_out::carry_out(&self.api, item, kind_of(item, catalog)?).await
    }

    async fn definition_served(&self, id: &ObjectId) -> Result<(), TargetError> {
        definition::served(&self.api, id).await
    }

    async fn write_inventory(
        &self,
        key: &EnvironmentKey,
        inventory: &Inventory,
        version: Option<&str>,
    ) -> Result<String, TargetError> {
        inventory::write(&self.api, key, inventory, version).await
    }

    async fn lock(&self, key: &EnvironmentKey, holder: &str, wait: Duration) -> Result<Box<dyn Lock>, TargetError> {
        Ok(Box::new(lease::acquire(&self.api, key, holder, wait).await?))
    }

    async fn watch(&self, request: &WatchRequest<'_>) -> Result<Box<dyn Watch>, TargetError> {
        Ok(Box::new(watch::watch(&self.api, request).await))
    }

    async fn watch_drift(&self, request: &DriftRequest) -> Result<Box<dyn DriftWatch>, TargetError> {
        Ok(Box::new(drift::watch(&self.api, request)))
    }

    fn now(&self) -> Timestamp {
        self.api.now()
    }
}
