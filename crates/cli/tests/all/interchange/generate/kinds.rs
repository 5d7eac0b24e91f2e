//! All kinds that are generated.

use serde_json::Value;

use super::{access, admission, cluster, custom, network, settings, workload};

/// Where objects of a kind live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Cluster,
    /// In one of the namespaces that objects move between.
    Namespace,
    /// In the namespace that holds nothing that a quota counts.
    Limited,
}

/// How an object leaves the revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaves {
    /// Both tools prune it.
    Pruned,
    /// Both leave it on the cluster: Landfall without approval, kubectl because the test does not list its kind.
    Kept,
    /// It never leaves.
    Never,
}

/// One kind that is generated.
pub struct Generated {
    /// The start of its objects' names; the whole name of those that never leave.
    pub name: &'static str,
    pub place: Place,
    pub leaves: Leaves,
    pub template: fn() -> Value,
}

const fn kind(name: &'static str, place: Place, leaves: Leaves, template: fn() -> Value) -> Generated {
    Generated { name, place, leaves, template }
}

pub const KINDS: [Generated; 39] = {
    use Leaves::{Kept, Pruned};
    use Place::{Cluster, Limited, Namespace};
    [
        kind("deployment", Namespace, Pruned, workload::deployment),
        kind("statefulset", Namespace, Pruned, workload::stateful_set),
        kind("daemonset", Namespace, Pruned, workload::daemon_set),
        kind("replicaset", Namespace, Pruned, workload::replica_set),
        kind("controller", Namespace, Pruned, workload::replication_controller),
        kind("job", Namespace, Pruned, workload::job),
        kind("cronjob", Namespace, Pruned, workload::cron_job),
        kind("pod", Namespace, Pruned, workload::lone_pod),
        kind("service", Namespace, Pruned, network::service),
        kind("headless", Namespace, Pruned, network::headless_service),
        kind("external", Namespace, Pruned, network::external_service),
        kind("endpoints", Namespace, Pruned, network::endpoints),
        kind("slice", Namespace, Pruned, network::endpoint_slice),
        kind("ingress", Namespace, Pruned, network::ingress),
        kind("networkpolicy", Namespace, Pruned, network::network_policy),
        kind("ingressclass", Cluster, Pruned, network::ingress_class),
        kind("config", Namespace, Pruned, settings::config_map),
        kind("secret", Namespace, Pruned, settings::secret),
        kind("account", Namespace, Pruned, settings::service_account),
        kind("claim", Namespace, Kept, settings::claim),
        kind("budget", Namespace, Pruned, settings::disruption_budget),
        kind("autoscaler", Namespace, Pruned, settings::autoscaler),
        kind("quota", Limited, Pruned, settings::quota),
        kind("limits", Limited, Pruned, settings::limit_range),
        kind("role", Namespace, Pruned, access::role),
        kind("binding", Namespace, Pruned, access::role_binding),
        kind("clusterrole", Cluster, Pruned, access::cluster_role),
        kind("clusterbinding", Cluster, Pruned, access::cluster_role_binding),
        kind("volume", Cluster, Kept, cluster::volume),
        kind("storageclass", Cluster, Pruned, cluster::storage_class),
        kind("priority", Cluster, Pruned, cluster::priority_class),
        kind("runtime", Cluster, Pruned, cluster::runtime_class),
        kind("csi", Cluster, Pruned, cluster::csi_driver),
        kind("hooks", Cluster, Pruned, admission::validating),
        kind("changers", Cluster, Pruned, admission::mutating),
        kind("policy", Cluster, Pruned, admission::policy),
        kind("policybinding", Cluster, Pruned, admission::binding),
        kind("widget", Namespace, Pruned, custom::widget),
        kind("plan", Cluster, Pruned, custom::plan),
    ]
};

/// Objects of which the others need some: they are there from the first revision to the last.
pub const FIRST: [Generated; 7] = {
    use Place::{Cluster, Limited, Namespace};
    [
        kind(FREE_NAMESPACES[1], Cluster, Leaves::Never, cluster::namespace),
        kind(FREE_NAMESPACES[2], Cluster, Leaves::Never, cluster::namespace),
        kind(LIMITED_NAMESPACE, Cluster, Leaves::Never, cluster::namespace),
        kind("widgets.shop.example.org", Cluster, Leaves::Never, custom::widget_definition),
        kind("plans.shop.example.org", Cluster, Leaves::Never, custom::plan_definition),
        kind("held", Namespace, Leaves::Never, settings::held_config_map),
        kind("held", Limited, Leaves::Never, settings::held_config_map),
    ]
};

/// The namespaces that objects move between.
pub const FREE_NAMESPACES: [&str; 3] = ["default", "shop-a", "shop-b"];

/// The namespace with quotas and limits.
pub const LIMITED_NAMESPACE: &str = "shop-limited";

impl Generated {
    /// kubectl's argument that lets it prune the kind.
    pub fn allowlist(&self) -> String {
        let template = (self.template)();
        let text = |field: &str| template[field].as_str().unwrap_or_default().to_owned();
        let version = text("apiVersion");
        let version = if version.contains('/') { version } else { format!("core/{version}") };
        format!("--prune-allowlist={version}/{}", text("kind"))
    }
}
