//! Settings, services and policies of a namespace.

use serde_json::json;

use super::{Subject, subject};

pub fn subjects() -> Vec<Subject> {
    vec![
        subject(
            "v1",
            "ConfigMap",
            json!({"data": {"a": "1"}}),
            [json!({"data": {"a": "2"}}), json!({"binaryData": {"b": "AQ=="}}), json!({"immutable": true})],
        ),
        subject(
            "v1",
            "ConfigMap",
            json!({"immutable": true, "data": {"a": "1"}}),
            [
                json!({"data": {"a": "2"}}),
                json!({"binaryData": {"b": "AQ=="}}),
                json!({"immutable": null}),
                json!({"immutable": false}),
                json!({"metadata": {"labels": {"more": "yes"}}}),
            ],
        ),
        subject(
            "v1",
            "Secret",
            json!({"type": "Opaque", "data": {"a": "MQ=="}}),
            [
                json!({"data": {"a": "Mg=="}}),
                json!({"stringData": {"a": "2"}}),
                json!({"type": "example.com/other"}),
                json!({"immutable": true}),
            ],
        ),
        subject(
            "v1",
            "Secret",
            json!({"immutable": true, "data": {"a": "MQ=="}}),
            [
                json!({"data": {"a": "Mg=="}}),
                json!({"stringData": {"a": "2"}}),
                json!({"immutable": null}),
                json!({"metadata": {"labels": {"more": "yes"}}}),
            ],
        ),
        service(),
        subject(
            "v1",
            "Service",
            json!({"spec": {"clusterIP": "None", "selector": {"app": "web"}, "ports": [{"port": 80}]}}),
            [
                json!({"spec": {"clusterIP": null}}),
                json!({"spec": {"clusterIP": "10.96.77.78"}}),
                json!({"spec": {"type": "ExternalName", "externalName": "example.com", "clusterIP": null}}),
            ],
        ),
        subject(
            "v1",
            "Service",
            json!({"spec": {"type": "ExternalName", "externalName": "example.com"}}),
            [
                json!({"spec": {"externalName": "other.example.com"}}),
                json!({"spec": {"type": "ClusterIP", "externalName": null, "ports": [{"port": 80}]}}),
                json!({"spec": {"type": "ClusterIP", "externalName": null, "clusterIP": "None", "ports": [{"port": 80}]}}),
            ],
        ),
        subject(
            "v1",
            "Service",
            json!({"spec": {"type": "LoadBalancer", "loadBalancerClass": "example.com/a", "ports": [{"port": 80}]}}),
            [
                json!({"spec": {"loadBalancerClass": "example.com/b"}}),
                json!({"spec": {"loadBalancerClass": null}}),
                json!({"spec": {"loadBalancerClass": null, "type": "ClusterIP"}}),
                json!({"spec": {"loadBalancerSourceRanges": ["10.0.0.0/8"], "allocateLoadBalancerNodePorts": false}}),
            ],
        ),
        subject(
            "v1",
            "Service",
            json!({"spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}}),
            [json!({"spec": {"loadBalancerClass": "example.com/b"}}), json!({"spec": {"type": "NodePort"}})],
        ),
        subject(
            "v1",
            "Endpoints",
            json!({"subsets": [{"addresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80}]}]}),
            [json!({"subsets": [{"addresses": [{"ip": "10.0.0.2"}], "ports": [{"port": 81}]}]})],
        ),
        subject(
            "discovery.k8s.io/v1",
            "EndpointSlice",
            json!({"addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.1"]}], "ports": [{"port": 80}]}),
            [
                json!({"addressType": "IPv6", "endpoints": [{"addresses": ["fd00::1"]}]}),
                json!({"endpoints": [{"addresses": ["10.0.0.2"]}], "ports": [{"port": 81}]}),
            ],
        ),
        subject(
            "v1",
            "ServiceAccount",
            json!({}),
            [
                json!({"automountServiceAccountToken": false, "imagePullSecrets": [{"name": "pull"}], "secrets": [{"name": "a"}]}),
            ],
        ),
        subject(
            "v1",
            "LimitRange",
            json!({"spec": {"limits": [{"type": "example.com/thing", "max": {"cpu": "1"}}]}}),
            [json!({"spec": {"limits": [{"type": "example.com/other", "max": {"cpu": "2"}}]}})],
        ),
        subject(
            "v1",
            "ResourceQuota",
            json!({"spec": {"hard": {"pods": "1"}, "scopes": ["Terminating"]}}),
            [
                json!({"spec": {"hard": {"pods": "2"}}}),
                json!({"spec": {"scopes": ["NotTerminating"]}}),
                json!({"spec": {"scopes": null}}),
            ],
        ),
        subject(
            "rbac.authorization.k8s.io/v1",
            "Role",
            json!({"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}),
            [json!({"rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["list"]}]})],
        ),
        subject(
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            json!({"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "a"}, "subjects": [{"kind": "User", "name": "a", "apiGroup": "rbac.authorization.k8s.io"}]}),
            [
                json!({"roleRef": {"name": "b"}}),
                json!({"roleRef": {"kind": "ClusterRole"}}),
                json!({"subjects": [{"kind": "User", "name": "b", "apiGroup": "rbac.authorization.k8s.io"}]}),
            ],
        ),
        subject(
            "networking.k8s.io/v1",
            "Ingress",
            json!({"spec": {"ingressClassName": "a", "defaultBackend": {"service": {"name": "a", "port": {"number": 80}}}}}),
            [
                json!({"spec": {"ingressClassName": "b"}}),
                json!({"spec": {"defaultBackend": {"service": {"name": "b", "port": {"number": 81}}}}}),
                json!({"spec": {"rules": [{"host": "example.com"}]}}),
            ],
        ),
        subject(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            json!({"spec": {"podSelector": {"matchLabels": {"app": "web"}}, "policyTypes": ["Ingress"]}}),
            [json!({"spec": {"podSelector": {"matchLabels": {"app": "other"}}, "policyTypes": ["Egress"]}})],
        ),
        subject(
            "policy/v1",
            "PodDisruptionBudget",
            json!({"spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "web"}}}}),
            [
                json!({"spec": {"maxUnavailable": null, "minAvailable": 1}}),
                json!({"spec": {"selector": {"matchLabels": {"app": "other"}}}}),
            ],
        ),
        subject(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            json!({"spec": {"maxReplicas": 2, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "a"}}}),
            [json!({"spec": {"maxReplicas": 3, "scaleTargetRef": {"name": "b"}}})],
        ),
        subject(
            "coordination.k8s.io/v1",
            "Lease",
            json!({"spec": {"holderIdentity": "a"}}),
            [json!({"spec": {"holderIdentity": "b", "leaseDurationSeconds": 5}})],
        ),
        subject(
            "resource.k8s.io/v1",
            "ResourceClaim",
            json!({"spec": {"devices": {"requests": [{"name": "a", "exactly": {"deviceClassName": "a"}}]}}}),
            [json!({"spec": {"devices": {"requests": [{"name": "a", "exactly": {"deviceClassName": "b"}}]}}})],
        ),
        subject(
            "resource.k8s.io/v1",
            "ResourceClaimTemplate",
            json!({"spec": {"spec": {"devices": {"requests": [{"name": "a", "exactly": {"deviceClassName": "a"}}]}}}}),
            [
                json!({"spec": {"spec": {"devices": {"requests": [{"name": "a", "exactly": {"deviceClassName": "b"}}]}}}}),
                json!({"spec": {"metadata": {"labels": {"a": "b"}}}}),
            ],
        ),
    ]
}

fn service() -> Subject {
    subject(
        "v1",
        "Service",
        json!({"spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}),
        [
            json!({"spec": {"clusterIP": "10.96.77.77"}}),
            json!({"spec": {"clusterIP": "None"}}),
            json!({"spec": {"type": "NodePort"}}),
            json!({"spec": {"type": "LoadBalancer"}}),
            json!({"spec": {"type": "LoadBalancer", "loadBalancerClass": "example.com/a"}}),
            json!({"spec": {"type": "ExternalName", "externalName": "example.com", "ports": null}}),
            json!({"spec": {"ports": [{"port": 81}], "selector": {"app": "other"}}}),
            json!({"spec": {"sessionAffinity": "ClientIP", "publishNotReadyAddresses": true, "internalTrafficPolicy": "Local"}}),
            json!({"spec": {"ipFamilyPolicy": "PreferDualStack"}}),
            json!({"spec": {"ipFamilies": ["IPv6"]}}),
            json!({"spec": {"externalIPs": ["192.0.2.1"], "trafficDistribution": "PreferClose"}}),
        ],
    )
}
