//! The volumes of pods.
//!
//! | in the manifest | on the engine |
//! |---|---|
//! | `persistentVolumeClaim` | the volume `<claim>.<namespace>`, or the folder of its PersistentVolume |
//! | `emptyDir` | a volume that is removed with the pod; with `medium: Memory` a tmpfs |
//! | `configMap`, `secret`, `projected`, `downwardAPI` | a volume that is removed with the pod, filled as the kubelet fills it |
//! | `hostPath` | the folder of the machine |
//!
//! Files are put into volumes through a container of Landfall's image that mounts them and is never started: the engine
//! unpacks a tar there. Only where files of a pod that may run are changed it is started: then its program puts the link
//! `..data` to the new files in one step, as the kubelet's `AtomicWriter` does, and removes the old ones. Nobody ever sees
//! some files of one version and some of another.

mod claim;
mod fill;
mod layout;
mod left;
mod name;
mod pods;
mod refresh;

pub use claim::{claim_drift, ensure_claim, remove_claim};
pub use left::left_behind;
pub use pods::PodVolumes;
