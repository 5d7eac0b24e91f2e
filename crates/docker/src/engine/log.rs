//! How much is kept of what a container writes.

use bollard::models::HostConfigLogConfig;

/// What a kubelet keeps of each container (`containerLogMaxSize` and `containerLogMaxFiles`).
const KEPT: [(&str, &str); 2] = [("max-size", "10m"), ("max-file", "5")];

/// The setting for an engine that keeps logs in this way where nothing else is asked for. Only its `json-file` grows without
/// end; an engine that was told to keep them otherwise goes on to do so.
pub fn config(driver: &str) -> Option<HostConfigLogConfig> {
    let kept = || KEPT.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    (driver == "json-file").then(|| HostConfigLogConfig { typ: Some(driver.to_owned()), config: Some(kept()) })
}
