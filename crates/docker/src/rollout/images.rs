//! Images: each is pulled once in a deploy, before anything is stopped for it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Mutex as Held, Semaphore};

use super::{around::Around, pods::Fault};
use crate::{
    engine::{EngineFault, FaultKind, RegistryAuth},
    pod::{ContainerSpec, Masked, PodSpec, PullPolicy},
};

/// So many are pulled at a time; each uses several connections.
const AT_ONCE: usize = 3;

/// The images that were asked for, and the users that they name.
pub struct Images {
    known: Mutex<BTreeMap<String, Arc<Held<Option<String>>>>>,
    free: Semaphore,
}

impl Default for Images {
    fn default() -> Self {
        Self { known: Mutex::default(), free: Semaphore::new(AT_ONCE) }
    }
}

impl Images {
    /// Makes sure that all images of a pod are on the engine.
    ///
    /// # Errors
    /// The first that is not, in the kubelet's words.
    pub async fn ensure_all(&self, around: &Around, spec: &PodSpec) -> Result<(), Fault> {
        for container in spec.init.iter().chain(&spec.containers) {
            self.ensure(around, spec, container).await?;
        }
        Ok(())
    }

    /// Makes sure that a container's image is there, and tells the user that it names.
    ///
    /// # Errors
    /// Why it is not there, in the kubelet's words.
    pub async fn ensure(&self, around: &Around, spec: &PodSpec, container: &ContainerSpec) -> Result<String, Fault> {
        let policy = container.pull;
        let key = format!("{} {policy:?} {}", container.image, spec.namespace);
        let slot = Arc::clone(self.known.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default());
        // Whoever comes second waits for the first.
        let mut slot = slot.lock().await;
        if let Some(user) = slot.as_ref() {
            return Ok(user.clone());
        }
        let user = self.fetch(around, spec, container).await?;
        Ok(slot.insert(user).clone())
    }

    async fn fetch(&self, around: &Around, spec: &PodSpec, container: &ContainerSpec) -> Result<String, Fault> {
        let image = container.image.as_str();
        let fault =
            |reason: &'static str, message: String| Fault { container: Some(container.name.clone()), reason, message };
        let here = user(around, image).await.map_err(|error| fault("ErrImagePull", error))?;
        match (container.pull, here) {
            (PullPolicy::IfNotPresent | PullPolicy::Never, Some(user)) => return Ok(user),
            (PullPolicy::Never, None) => {
                let message = format!("Container image \"{image}\" is not present with pull policy of Never");
                return Err(fault("ErrImageNeverPull", message));
            }
            (PullPolicy::Always, _) | (PullPolicy::IfNotPresent, None) => {}
        }
        let _free = self.free.acquire().await;
        pull(around, spec, image).await.map_err(|error| fault("ErrImagePull", error))?;
        match user(around, image).await.map_err(|error| fault("ErrImagePull", error))? {
            Some(user) => Ok(user),
            None => Err(fault("ErrImagePull", format!("the engine pulled {image}, but does not have it"))),
        }
    }
}

/// The user that an image names; `None` where the engine does not have it.
async fn user(around: &Around, image: &str) -> Result<Option<String>, String> {
    let here = around.engine.image(image).await.map_err(|fault| fault.full())?;
    Ok(here.map(|image| image.user))
}

/// Pulls with each of the credentials that may open the registry, or without any.
async fn pull(around: &Around, spec: &PodSpec, image: &str) -> Result<(), String> {
    let credentials = spec.pull_secrets.for_image(image);
    let pull = |auth| around.engine.pull(image, auth, |_| {});
    if credentials.is_empty() {
        return pull(None).await.map_err(|fault| answer(&fault, image));
    }
    let mut last = String::new();
    for credentials in credentials {
        let given = |text: &Masked<String>| Some(text.0.clone()).filter(|text| !text.is_empty());
        let auth = RegistryAuth {
            username: given(&credentials.user),
            password: given(&credentials.password),
            identitytoken: given(&credentials.identity_token),
            serveraddress: Some(credentials.registry.clone()),
            ..RegistryAuth::default()
        };
        match pull(Some(auth)).await {
            Ok(()) => return Ok(()),
            Err(fault) => last = answer(&fault, image),
        }
    }
    Err(last)
}

/// What a registry answered, as a kubelet has it: that an image was to be pulled, and which, is said around it, and so is
/// what to do about it.
fn answer(fault: &EngineFault, image: &str) -> String {
    let doing = format!("Pulling the image '{image}' failed: ");
    match (fault.kind, fault.message.strip_prefix(&doing)) {
        (FaultKind::Registry | FaultKind::ImageDenied | FaultKind::NoSuchImage, Some(answer)) => answer.to_owned(),
        _ => fault.full(),
    }
}
