//! Services and Ingresses.

use crate::support::class::{
    Class::{Meaningless, Only, Own, Refused, Supported, With},
    Table,
};

pub const TABLES: &[Table] = &[
    Table {
        name: "core.v1.Service",
        rows: &[(&["apiVersion", "kind", "metadata", "spec"], Supported), (&["status"], Own)],
    },
    Table {
        name: "core.v1.ServiceSpec",
        rows: &[
            (&["ports", "publishNotReadyAddresses", "selector"], Supported),
            (
                &["externalName"],
                With("a proxy passes the `ports` to that host; without them there would be nothing to pass"),
            ),
            (
                &["type"],
                With("ports of a `NodePort` are published as their `nodePort`, of a `LoadBalancer` as their `port`"),
            ),
            (
                &["clusterIP", "clusterIPs"],
                Only(&["None", ""], "the engine gives addresses; only `None` (headless) can be chosen"),
            ),
            (
                &["sessionAffinity", "sessionAffinityConfig"],
                With("clients that come through a published port of the host may all have one address"),
            ),
            (
                &["externalTrafficPolicy", "internalTrafficPolicy", "trafficDistribution", "healthCheckNodePort"],
                Meaningless("all pods are on the one node"),
            ),
            (&["ipFamilies", "ipFamilyPolicy"], Meaningless("the engine's network decides")),
            (
                &["allocateLoadBalancerNodePorts", "loadBalancerClass", "loadBalancerIP"],
                Meaningless("ports of a `LoadBalancer` are published on the host"),
            ),
            (
                &["externalIPs"],
                Refused("write type `LoadBalancer`, whose ports are published on all addresses of the host"),
            ),
            (
                &["loadBalancerSourceRanges"],
                Refused(
                    "the proxy does not look where clients come from: a port that is to be closed to some would be open to all",
                ),
            ),
        ],
    },
    Table {
        name: "core.v1.ServicePort",
        rows: &[
            (&["name", "nodePort", "port", "targetPort"], Supported),
            (&["protocol"], Only(&["TCP", "UDP"], "the proxy speaks TCP and UDP")),
            (&["appProtocol"], Meaningless("the proxy finds out by itself")),
        ],
    },
    Table { name: "core.v1.SessionAffinityConfig", rows: &[(&["clientIP"], Supported)] },
    Table { name: "core.v1.ClientIPConfig", rows: &[(&["timeoutSeconds"], Supported)] },
    Table {
        name: "networking.v1.Ingress",
        rows: &[(&["apiVersion", "kind", "metadata", "spec"], Supported), (&["status"], Own)],
    },
    Table {
        name: "networking.v1.IngressSpec",
        rows: &[
            (&["defaultBackend", "rules", "tls"], Supported),
            (&["ingressClassName"], Meaningless("an environment has one HTTP entry, Landfall's own")),
        ],
    },
    Table {
        name: "networking.v1.IngressBackend",
        rows: &[
            (&["service"], Supported),
            (&["resource"], Refused("there is no API server that knows other resources; write `service`")),
        ],
    },
    Table { name: "networking.v1.IngressServiceBackend", rows: &[(&["name", "port"], Supported)] },
    Table { name: "networking.v1.ServiceBackendPort", rows: &[(&["name", "number"], Supported)] },
    Table { name: "networking.v1.IngressRule", rows: &[(&["host", "http"], Supported)] },
    Table { name: "networking.v1.HTTPIngressRuleValue", rows: &[(&["paths"], Supported)] },
    Table {
        name: "networking.v1.HTTPIngressPath",
        rows: &[(&["backend", "path"], Supported), (&["pathType"], With("`ImplementationSpecific` is `Prefix`"))],
    },
    Table { name: "networking.v1.IngressTLS", rows: &[(&["hosts", "secretName"], Supported)] },
];
