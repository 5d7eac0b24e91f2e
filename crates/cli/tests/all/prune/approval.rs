//! What holds data is deleted only with an approval that names it.

use crate::shop::{Shop, config_map};

const CLAIM: &str = "apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, labels: {deploy: $NS}}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
";

const VOLUME: &str = "apiVersion: v1
kind: PersistentVolume
metadata: {name: $NS-disk, labels: {deploy: $NS}}
spec:
  accessModes: [ReadWriteOnce]
  capacity: {storage: 1Gi}
  hostPath: {path: /tmp/none}
";

#[test]
fn a_removed_claim_is_kept_until_it_is_approved() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a")).write("base/claim.yaml", CLAIM);
    shop.deploy_with(&[]).success();
    shop.remove("base/claim.yaml");
    insta::assert_snapshot!(shop.deploy(), @"
    = keep  persistentvolumeclaim/data

    1 kept, 1 unchanged

    persistentvolumeclaim/data
        a PersistentVolumeClaim is never deleted without approval: the data in its volume may be lost with it
        to delete it: deploy with --allow-prune persistentvolumeclaim/data, or delete it by hand
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 kept, 1 unchanged
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(shop.deploy_with(&["--allow-prune", "persistentvolumeclaim/other"]).snapshot(), @"
    = keep  persistentvolumeclaim/data

    1 kept, 1 unchanged

    persistentvolumeclaim/data
        a PersistentVolumeClaim is never deleted without approval: the data in its volume may be lost with it
        to delete it: deploy with --allow-prune persistentvolumeclaim/data, or delete it by hand
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 kept, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("persistentvolumeclaims"), "persistentvolumeclaim/data");
    insta::assert_snapshot!(shop.deploy_with(&["--allow-prune", "persistentvolumeclaim/data"]).snapshot(), @"
    - prune  persistentvolumeclaim/data

    1 to prune, 1 unchanged
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 pruned, 1 unchanged
    --- exit status 0 ---
    ");
    // Without controllers nobody takes the finalizer away.
    assert_ne!(shop.field("pvc/data", ".metadata.deletionTimestamp"), "");
}

#[test]
fn a_removed_volume_is_kept_until_it_is_approved() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a")).write("base/disk.yaml", VOLUME);
    shop.deploy_with(&[]).success();
    shop.remove("base/disk.yaml");
    insta::assert_snapshot!(shop.deploy(), @"
    = keep  persistentvolume/$NS-disk

    1 kept, 1 unchanged

    persistentvolume/$NS-disk
        a PersistentVolume is never deleted without approval: the data in it may be lost
        to delete it: deploy with --allow-prune persistentvolume/$NS-disk, or delete it by hand
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 kept, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("persistentvolumes"), "persistentvolume/$NS-disk");
    shop.deploy_with(&["--allow-prune", "persistentvolume/$NS-disk"]).success();
    assert_ne!(shop.field("pv/$NS-disk", ".metadata.deletionTimestamp"), "");
}

#[test]
fn an_annotation_in_the_last_manifest_is_an_approval() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a"));
    shop.write("base/claim.yaml", &CLAIM.replace("labels:", "annotations: {landfall.dev/prune: allowed}, labels:"));
    shop.deploy_with(&[]).success();
    shop.remove("base/claim.yaml");
    insta::assert_snapshot!(shop.deploy(), @"
    - prune  persistentvolumeclaim/data

    1 to prune, 1 unchanged
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 pruned, 1 unchanged
    --- exit status 0 ---
    ");
    assert_ne!(shop.field("pvc/data", ".metadata.deletionTimestamp"), "");
}
