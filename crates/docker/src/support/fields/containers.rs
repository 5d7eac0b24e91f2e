//! Containers, their variables, probes and hooks.

use crate::support::class::{
    Class::{Meaningless, Only, Refused, Supported, With},
    Table,
};

pub const TABLES: &[Table] = &[
    Table {
        name: "core.v1.Container",
        rows: &[
            (
                &[
                    "args",
                    "command",
                    "env",
                    "envFrom",
                    "image",
                    "imagePullPolicy",
                    "lifecycle",
                    "name",
                    "ports",
                    "readinessProbe",
                    "resources",
                    "securityContext",
                    "startupProbe",
                    "stdin",
                    "stdinOnce",
                    "tty",
                    "volumeMounts",
                    "workingDir",
                ],
                Supported,
            ),
            (
                &["livenessProbe"],
                With("run while a deploy waits; `landfall serve`, which runs it always, is yet to come"),
            ),
            (&["restartPolicy"], With("`Always` of an init container makes a sidecar; containers have none")),
            (&["resizePolicy"], Meaningless("a change of resources makes a new container")),
            (
                &["terminationMessagePath", "terminationMessagePolicy"],
                Meaningless("why a container ended is told by its last log lines"),
            ),
            (&["restartPolicyRules"], Refused("the engine starts a container again, or not, whatever its exit code")),
            (&["volumeDevices"], Refused("volumes of the engine are folders, not devices")),
        ],
    },
    Table {
        name: "core.v1.ContainerPort",
        rows: &[
            (&["containerPort", "name", "protocol"], Supported),
            (&["hostPort", "hostIP"], With("published by the engine, so that only one pod can have it")),
        ],
    },
    Table { name: "core.v1.EnvVar", rows: &[(&["name", "value", "valueFrom"], Supported)] },
    Table {
        name: "core.v1.EnvVarSource",
        rows: &[
            (&["configMapKeyRef", "secretKeyRef"], Supported),
            (
                &["fieldRef"],
                With(
                    "`status.podIP` is the address at the pod's creation, and may change with a restart of the engine",
                ),
            ),
            (&["resourceFieldRef"], With("`limits` and `requests` of `cpu`, `memory` and `ephemeral-storage`")),
            (&["fileKeyRef"], Refused("files that another container writes are not read")),
        ],
    },
    Table { name: "core.v1.ConfigMapKeySelector", rows: &[(&["key", "name", "optional"], Supported)] },
    Table { name: "core.v1.SecretKeySelector", rows: &[(&["key", "name", "optional"], Supported)] },
    Table {
        name: "core.v1.ObjectFieldSelector",
        rows: &[(&["fieldPath"], Supported), (&["apiVersion"], Only(&["v1"], "fields are those of version v1"))],
    },
    Table { name: "core.v1.ResourceFieldSelector", rows: &[(&["containerName", "divisor", "resource"], Supported)] },
    Table { name: "core.v1.EnvFromSource", rows: &[(&["configMapRef", "prefix", "secretRef"], Supported)] },
    Table { name: "core.v1.ConfigMapEnvSource", rows: &[(&["name", "optional"], Supported)] },
    Table { name: "core.v1.SecretEnvSource", rows: &[(&["name", "optional"], Supported)] },
    Table {
        name: "core.v1.ResourceRequirements",
        rows: &[
            (&["limits"], With("`cpu` and `memory`; `ephemeral-storage` has no effect, others are refused")),
            (
                &["requests"],
                With(
                    "`cpu` is a weight (1024 for one processor, the engine's own 1024 without it), `memory` is kept when memory is short; nothing is reserved",
                ),
            ),
            (&["claims"], Refused("devices cannot be claimed on one host")),
        ],
    },
    Table {
        name: "core.v1.SecurityContext",
        rows: &[
            (
                &[
                    "allowPrivilegeEscalation",
                    "appArmorProfile",
                    "capabilities",
                    "privileged",
                    "procMount",
                    "readOnlyRootFilesystem",
                    "runAsGroup",
                    "runAsNonRoot",
                    "runAsUser",
                    "seLinuxOptions",
                ],
                Supported,
            ),
            (&["seccompProfile"], With("the engine's usual filter if it is not given; a cluster has none then")),
            (&["windowsOptions"], Refused("only programs for Linux run here")),
        ],
    },
    Table { name: "core.v1.Capabilities", rows: &[(&["add", "drop"], Supported)] },
    Table {
        name: "core.v1.Probe",
        rows: &[(
            &[
                "exec",
                "failureThreshold",
                "grpc",
                "httpGet",
                "initialDelaySeconds",
                "periodSeconds",
                "successThreshold",
                "tcpSocket",
                "terminationGracePeriodSeconds",
                "timeoutSeconds",
            ],
            Supported,
        )],
    },
    Table { name: "core.v1.Lifecycle", rows: &[(&["postStart", "preStop", "stopSignal"], Supported)] },
    Table { name: "core.v1.LifecycleHandler", rows: &[(&["exec", "httpGet", "sleep", "tcpSocket"], Supported)] },
    Table { name: "core.v1.ExecAction", rows: &[(&["command"], Supported)] },
    Table {
        name: "core.v1.HTTPGetAction",
        rows: &[
            (&["host", "httpHeaders", "path", "port", "scheme"], Supported),
            (&["protocol"], Only(&["HTTP1"], "probes speak HTTP/1.1")),
        ],
    },
    Table { name: "core.v1.HTTPHeader", rows: &[(&["name", "value"], Supported)] },
    Table { name: "core.v1.TCPSocketAction", rows: &[(&["host", "port"], Supported)] },
    Table {
        name: "core.v1.GRPCAction",
        rows: &[(&["port", "service"], Supported), (&["mode"], Refused("gRPC probes speak plain HTTP/2"))],
    },
    Table { name: "core.v1.SleepAction", rows: &[(&["seconds"], Supported)] },
    Table {
        name: "core.v1.VolumeMount",
        rows: &[
            (&["mountPath", "mountPropagation", "name", "readOnly", "subPath", "subPathExpr"], Supported),
            (&["recursiveReadOnly"], Only(&["Disabled", "IfPossible"], "engines before 25 cannot do it")),
            (&["bindMountOptions"], Refused("the engine mounts with options of its own")),
        ],
    },
];
