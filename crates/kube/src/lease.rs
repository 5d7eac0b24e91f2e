//! The lock of an environment: a Lease in its namespace, as controllers use it for leader election.
//!
//! Source: <https://kubernetes.io/docs/concepts/architecture/leases/>. As in client-go, a holder counts as gone when
//! its Lease has not changed for the lease's duration on *our* clock: the clocks of two machines may differ.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ::http::Method;
use async_trait::async_trait;
use jiff::Timestamp;
use landfall_deploy::{
    environment::EnvironmentKey,
    target::{Lock, TargetError},
};
use serde::{Deserialize, Serialize};
use tokio::{task::JoinHandle, time::Instant};

use crate::http::{Api, Call, CallError};

const DURATION: Duration = Duration::from_secs(15);
const RENEW_EVERY: Duration = Duration::from_secs(5);

/// A renewal that takes longer is given up with its connection, and tried again on another: there is time for two.
const RENEW_WITHIN: Duration = Duration::from_secs(5);
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(1);

#[derive(Clone, Serialize, Deserialize)]
struct Lease {
    #[serde(rename = "apiVersion", default)]
    api_version: String,
    #[serde(default)]
    kind: String,
    metadata: Metadata,
    #[serde(default)]
    spec: Spec,
}

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_version: Option<String>,
}

#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    holder_identity: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lease_duration_seconds: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    acquire_time: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renew_time: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lease_transitions: Option<u64>,
}

/// A Lease that is held and renewed.
pub struct HeldLease {
    api: Arc<Api>,
    path: String,
    holder: String,
    held: Arc<AtomicBool>,
    renewal: JoinHandle<()>,
}

/// Takes the lease, waiting for another holder to release it or to be gone.
///
/// # Errors
/// [`TargetError::Locked`] where somebody else holds it for longer than `wait`.
pub async fn acquire(
    api: &Arc<Api>,
    key: &EnvironmentKey,
    holder: &str,
    wait: Duration,
) -> Result<HeldLease, TargetError> {
    let collection = format!("/apis/coordination.k8s.io/v1/namespaces/{}/leases", key.namespace);
    let path = format!("{collection}/{}", key.name);
    let started = Instant::now();
    let mut seen: Option<(Spec, Instant)> = None;
    loop {
        let attempt = match read(api, &path).await? {
            None => create(api, &collection, &key.name, holder).await?,
            Some(lease) => {
                let unchanged_for = match &seen {
                    Some((spec, since)) if *spec == lease.spec => since.elapsed(),
                    _ => {
                        seen = Some((lease.spec.clone(), Instant::now()));
                        Duration::ZERO
                    }
                };
                if is_free(&lease.spec, unchanged_for) {
                    take(api, &path, lease, holder).await?
                } else if started.elapsed() >= wait {
                    return Err(TargetError::Locked {
                        holder: lease.spec.holder_identity.unwrap_or_default(),
                        since: lease.spec.acquire_time.unwrap_or_default(),
                    });
                } else {
                    false
                }
            }
        };
        if attempt {
            return Ok(hold(api, path, holder));
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

fn is_free(spec: &Spec, unchanged_for: Duration) -> bool {
    let duration = spec.lease_duration_seconds.map_or(DURATION, Duration::from_secs);
    spec.holder_identity.as_deref().is_none_or(str::is_empty)
        || unchanged_for > duration
        || is_long_gone(spec, duration)
}

/// Renewed so long ago that no difference of clocks explains it.
fn is_long_gone(spec: &Spec, duration: Duration) -> bool {
    let renewed = spec.renew_time.as_ref().and_then(|time| time.parse::<Timestamp>().ok());
    renewed.is_some_and(|renewed| Timestamp::now().duration_since(renewed).as_secs() > 3600 + duration.as_secs() as i64)
}

async fn read(api: &Api, path: &str) -> Result<Option<Lease>, TargetError> {
    match api.call(Call::get(path).apart()).await {
        Ok(answer) => serde_json::from_slice(&answer.body)
            .map(Some)
            .map_err(|error| TargetError::Other(format!("The lock {path} cannot be read: {error}"))),
        Err(CallError::Status(status)) if status.code == 404 => Ok(None),
        Err(error) => Err(error.into_target_error("Reading the lock of the environment (a Lease)")),
    }
}

fn spec(holder: &str, transitions: u64) -> Spec {
    let now = now();
    Spec {
        holder_identity: Some(holder.to_owned()),
        lease_duration_seconds: Some(DURATION.as_secs()),
        acquire_time: Some(now.clone()),
        renew_time: Some(now),
        lease_transitions: Some(transitions),
    }
}

/// A `MicroTime` of the API.
fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

async fn create(api: &Api, collection: &str, name: &str, holder: &str) -> Result<bool, TargetError> {
    let lease = Lease {
        api_version: "coordination.k8s.io/v1".to_owned(),
        kind: "Lease".to_owned(),
        metadata: Metadata { name: name.to_owned(), resource_version: None },
        spec: spec(holder, 0),
    };
    write(api, Method::POST, collection, &lease).await
}

async fn take(api: &Api, path: &str, mut lease: Lease, holder: &str) -> Result<bool, TargetError> {
    lease.spec = spec(holder, lease.spec.lease_transitions.unwrap_or_default() + 1);
    write(api, Method::PUT, path, &lease).await
}

/// Whether the write went through; `false` where somebody else was faster.
async fn write(api: &Api, method: Method, path: &str, lease: &Lease) -> Result<bool, TargetError> {
    let body = serde_json::to_vec(lease)
        .map_err(|error| TargetError::Other(format!("The lock cannot be written: {error}")))?;
    match api.call(Call::new(method.clone(), path, body).apart()).await {
        Ok(_) => Ok(true),
        // Where the answer to a write was lost, and it was sent again, its own first sending is in the way.
        Err(CallError::Status(status)) if status.code == 409 => {
            let path = if method == Method::POST { format!("{path}/{}", lease.metadata.name) } else { path.to_owned() };
            Ok(read(api, &path).await?.is_some_and(|existing| existing.spec == lease.spec))
        }
        Err(error) => Err(error.into_target_error("Taking the lock of the environment (a Lease)")),
    }
}

fn hold(api: &Arc<Api>, path: String, holder: &str) -> HeldLease {
    let held = Arc::new(AtomicBool::new(true));
    let renewal = tokio::spawn(renew(Arc::clone(api), path.clone(), holder.to_owned(), Arc::clone(&held)));
    HeldLease { api: Arc::clone(api), path, holder: holder.to_owned(), held, renewal }
}

/// Renews the lease until it is lost: taken by somebody else, or not renewed within its duration.
async fn renew(api: Arc<Api>, path: String, holder: String, held: Arc<AtomicBool>) {
    let mut renewed = Instant::now();
    let mut pause = RENEW_EVERY;
    loop {
        tokio::time::sleep(pause).await;
        pause = RENEW_EVERY;
        let attempt = async {
            let Some(mut lease) = read(&api, &path).await? else { return Ok(None) };
            if lease.spec.holder_identity.as_deref() != Some(&holder) {
                return Ok(None);
            }
            lease.spec.renew_time = Some(now());
            write(&api, Method::PUT, &path, &lease).await.map(Some)
        };
        match tokio::time::timeout(RENEW_WITHIN, attempt).await {
            Ok(Ok(Some(true))) => renewed = Instant::now(),
            Ok(Ok(None)) => {
                held.store(false, Ordering::SeqCst);
                return;
            }
            result => {
                tracing::warn!(path, failed = ?result.err(), "the lock was not renewed");
                pause = TRY_AGAIN_AFTER;
            }
        }
        if renewed.elapsed() > DURATION {
            held.store(false, Ordering::SeqCst);
            return;
        }
    }
}

#[async_trait]
impl Lock for HeldLease {
    fn is_held(&self) -> bool {
        self.held.load(Ordering::SeqCst)
    }

    async fn release(self: Box<Self>) {
        self.renewal.abort();
        let released = async {
            let Some(mut lease) = read(&self.api, &self.path).await? else { return Ok(true) };
            if lease.spec.holder_identity.as_deref() != Some(&self.holder) {
                return Ok(true);
            }
            lease.spec = Spec { lease_transitions: lease.spec.lease_transitions, ..Spec::default() };
            write(&self.api, Method::PUT, &self.path, &lease).await
        };
        if let Err(error) = released.await {
            // It expires by itself.
            tracing::warn!(%error, "the lock was not released");
        }
    }
}

impl Drop for HeldLease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}
