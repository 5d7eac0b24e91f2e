//! Changes of fields that the API server does not let anybody change.

mod checked;
mod claims;
mod classes;
mod configuration;
mod custom;
mod fields;
mod interrupted;
mod jobs;
mod rights;
mod services;
mod table;
mod workloads;

use std::sync::OnceLock;

use landfall_bench_cluster::Cluster;

use crate::shop::{Shop, config_map};

/// What was printed when a revision with a changed immutable field was refused, and when it was approved.
struct Told {
    refused: String,
    replaced: String,
}

/// Deploys an object, then changes `from` into `to` in its manifest, together with another object. That revision must
/// write nothing at all; with the approval it must replace the one object and change the other.
fn change(shop: &Shop<'_>, object: &str, manifest: &str, from: &str, to: &str, approval: &[&str]) -> Told {
    let changed = manifest.replace(from, to);
    assert_ne!(manifest, changed, "{from} is in the manifest");
    shop.write("base/a.yaml", &config_map("a")).write("base/object.yaml", manifest);
    shop.deploy_with(&[]).success();
    let uid = shop.field(object, ".metadata.uid");
    let versions = || [object, "configmap/a"].map(|object| shop.field(object, ".metadata.resourceVersion"));
    let before = versions();
    shop.write("base/a.yaml", &config_map("a").replace("info", "debug")).write("base/object.yaml", &changed);
    let refused = shop.deploy();
    assert_eq!(versions(), before, "nothing was written");
    if approval.is_empty() {
        let annotation = "metadata:\n  annotations: {landfall.dev/replace: allowed}\n";
        shop.write("base/object.yaml", &changed.replacen("metadata:\n", annotation, 1));
    }
    let ran = shop.deploy_with(approval);
    let replaced = ran.snapshot();
    assert_eq!(ran.status, 0, "{replaced}");
    assert_ne!(shop.field(object, ".metadata.uid"), uid, "{object} is a new one");
    assert_eq!(shop.field("configmap/a", ".data.level"), "debug");
    // And then it is as desired.
    assert!(shop.deploy_with(&[]).success().stdout.is_empty());
    Told { refused, replaced }
}

/// A cluster with controllers and a simulated node, for all tests here.
fn controlled() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::builder().kwok_nodes(1).start())
}
