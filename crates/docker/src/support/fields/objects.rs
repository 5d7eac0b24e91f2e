//! What all objects have, and the objects that only hold something.

use crate::support::class::{
    Class::{Meaningless, Own, Refused, Supported, With},
    Table,
};

pub const TABLES: &[Table] = &[
    Table {
        name: "meta.v1.ObjectMeta",
        rows: &[
            (&["name", "namespace", "annotations"], Supported),
            (&["labels"], With("the pods' labels are labels of their containers, too")),
            (&["generateName"], Refused("`kubectl apply` refuses it, too; write `name`")),
            (&["finalizers"], Meaningless("no controller waits for a deletion")),
            (&["ownerReferences"], Meaningless("nothing is deleted for another object's sake; prune does it")),
            (
                &[
                    "creationTimestamp",
                    "deletionGracePeriodSeconds",
                    "deletionTimestamp",
                    "generation",
                    "managedFields",
                    "resourceVersion",
                    "selfLink",
                    "uid",
                ],
                Own,
            ),
        ],
    },
    Table {
        name: "core.v1.ConfigMap",
        rows: &[
            (&["apiVersion", "kind", "metadata", "data", "binaryData"], Supported),
            (&["immutable"], With("a change is refused by the plan")),
        ],
    },
    Table {
        name: "core.v1.Secret",
        rows: &[
            (&["apiVersion", "kind", "metadata", "data", "stringData", "type"], Supported),
            (&["immutable"], With("a change is refused by the plan")),
        ],
    },
    Table {
        name: "core.v1.Namespace",
        rows: &[
            (&["apiVersion", "kind", "metadata"], Supported),
            (&["spec"], Meaningless("no controller waits for a deletion")),
            (&["status"], Own),
        ],
    },
    Table {
        name: "meta.v1.LabelSelector",
        rows: &[(&["matchLabels", "matchExpressions"], With("must match the labels of the template"))],
    },
    Table { name: "meta.v1.LabelSelectorRequirement", rows: &[(&["key", "operator", "values"], Supported)] },
    Table { name: "core.v1.LocalObjectReference", rows: &[(&["name"], Supported)] },
];
