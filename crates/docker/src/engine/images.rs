//! Images: look, pull, build.

use std::{io, time::Duration};

use bollard::{
    errors::Error,
    query_parameters::{BuildImageOptionsBuilder, CreateImageOptionsBuilder},
};
use bytes::Bytes;
use futures::{Stream, StreamExt};

use super::{Engine, EngineFault, RegistryAuth};

/// A build is a copy and a compression of some megabytes; the engine may be slow, or far away.
const BUILD: Duration = Duration::from_secs(600);

/// An image on the engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// Its id: the digest of its configuration.
    pub id: String,
    /// Its architecture, such as `amd64`.
    pub architecture: String,
    /// The user that it runs as: a name, a number, both with a group, or nothing.
    pub user: String,
}

/// How far a pull is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The layer; empty for words about the whole image.
    pub layer: String,
    /// The engine's words: `Downloading`, `Pull complete`.
    pub status: String,
    /// The bytes of the layer that are there, and how many there will be, where the engine says so.
    pub bytes: Option<(u64, u64)>,
}

impl Engine {
    /// An image by its name or id; `None` if the engine does not have it.
    pub async fn image(&self, name: &str) -> Result<Option<Image>, EngineFault> {
        match self.docker.inspect_image(name).await {
            Ok(image) => Ok(Some(Image {
                id: image.id.unwrap_or_default(),
                architecture: image.architecture.unwrap_or_default(),
                user: image.config.and_then(|config| config.user).unwrap_or_default(),
            })),
            Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(None),
            Err(error) => Err(self.fault(&format!("Looking for the image '{name}'"), error)),
        }
    }

    /// Pulls an image from its registry.
    pub async fn pull(
        &self,
        image: &str,
        auth: Option<RegistryAuth>,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<(), EngineFault> {
        // Without a tag the engine would pull all there are.
        let has_tag = image.contains('@') || image.rsplit('/').next().is_some_and(|last| last.contains(':'));
        let full = if has_tag { image.to_owned() } else { format!("{image}:latest") };
        let options = CreateImageOptionsBuilder::default().from_image(&full).build();
        let mut words = self.docker.create_image(Some(options), None, auth);
        while let Some(word) = words.next().await {
            let word = word.map_err(|error| self.fault(&format!("Pulling the image '{image}'"), error))?;
            let detail = word.progress_detail.unwrap_or_default();
            let number = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
            progress(Progress {
                layer: word.id.unwrap_or_default(),
                status: word.status.unwrap_or_default(),
                bytes: number(detail.current).zip(number(detail.total)),
            });
        }
        Ok(())
    }

    /// Builds an image from a tar that holds its `Dockerfile`, under a name.
    pub async fn build(
        &self,
        name: &str,
        tar: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> Result<(), EngineFault> {
        let options = BuildImageOptionsBuilder::default().t(name).rm(true).forcerm(true).build();
        let docker = self.patient(BUILD);
        let mut words = docker.build_image(options, None, Some(bollard::body_try_stream(tar)));
        while let Some(word) = words.next().await {
            word.map_err(|error| self.fault(&format!("Building the image '{name}'"), error))?;
        }
        Ok(())
    }
}
