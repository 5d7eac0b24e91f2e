//! What a deploy asks a cluster for: everything once, also where it begins before it knows the inventory.

use std::collections::BTreeMap;

use landfall_bench_cluster::Cluster;

use crate::{interchange::writes::landfalls_requests, runner::Workspace};

#[test]
fn each_kind_is_listed_once_also_right_after_another_deploy() {
    let cluster = Cluster::start();
    let work = Workspace::on(&cluster);
    let write = |value: &str| {
        for namespace in ["a", "b"] {
            let head = format!("metadata: {{name: web, namespace: {namespace}, labels: {{deploy: web}}}}");
            let map = format!("apiVersion: v1\nkind: ConfigMap\n{head}\ndata: {{value: {value}}}\n");
            work.write(&format!("base/{namespace}.yaml"), &map);
        }
    };
    let apply = || work.landfall(&["apply", "-f", "base", "-l", "deploy=web", "--prune"]).success();
    for namespace in ["a", "b"] {
        cluster.kubectl(&["create", "namespace", namespace]).ok();
    }
    write("one");
    apply();
    write("two");
    let requests = landfalls_requests(&cluster, || drop(apply()));
    let mut lists: BTreeMap<&str, usize> = BTreeMap::new();
    for kind in requests.iter().filter_map(|request| request.strip_prefix("list ")) {
        *lists.entry(kind.trim()).or_default() += 1;
    }
    // Kinds without namespaces, and those that are listed in two of the revision and that of the environment.
    for count in [1, 3] {
        assert!(lists.values().filter(|listed| **listed == count).count() > 15, "{lists:?}");
    }
    // The inventory is one of them; under the lock it alone is read again.
    lists.retain(|_, count| ![1, 3].contains(count));
    insta::assert_debug_snapshot!(lists, @r#"
    {
        "configmaps": 4,
    }
    "#);
}
