//! What every answer is made from.

use std::sync::Arc;

use futures::future::BoxFuture;
use landfall_core::object::ObjectId;
use landfall_deploy::{follow::Board, inspect::Inspected};
use landfall_journal::Journal;
use tokio::sync::{Notify, Semaphore};

use crate::{access::Access, metrics::Metrics};

/// What every answer is made from.
pub struct App {
    /// How the environments stand now.
    pub board: Arc<Board>,
    /// What was deployed when.
    pub journal: Arc<Journal>,
    /// Who may look.
    pub access: Access,
    /// Who is told that there may be something new.
    pub hints: Hints,
    /// Who asks the targets about one object.
    pub inspector: Inspector,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The secret that forges sign their webhooks with; without one they are refused.
    pub webhook_secret: Option<WebhookSecret>,
}

/// An object and what differs, `None` where there is no such one, or why that cannot be told.
pub type Answer = BoxFuture<'static, Result<Option<Inspected>, String>>;

/// Asks a target for one object, as a revision of an environment has it.
pub struct Inspector {
    /// Asks; the answer is `None` where the revision does not have the object, or else why there is none.
    pub ask: Box<dyn Fn(Question) -> Answer + Send + Sync>,
    /// Questions that are asked at once: whoever looks must not keep the target, or this machine, busy.
    pub at_once: Semaphore,
}

/// What is asked of a target.
#[derive(Debug, Clone)]
pub struct Question {
    /// The address of the repository, without credentials.
    pub repository: String,
    /// The environment.
    pub environment: String,
    /// The revision.
    pub revision: String,
    /// The object.
    pub object: ObjectId,
}

/// The followers of repositories.
#[derive(Default)]
pub struct Hints(pub Vec<Arc<Notify>>);

impl Hints {
    /// Lets all followers look now. Which repository it is about is not believed: what a webhook says is only a hint, and to
    /// look is cheap.
    pub fn give(&self) {
        self.0.iter().for_each(|hint| hint.notify_one());
    }
}

/// A secret that is never shown.
#[derive(Clone)]
pub struct WebhookSecret(String);

impl WebhookSecret {
    /// Takes a secret. An empty one is none: a signature made with it proves nothing.
    pub fn new(secret: &str) -> Option<Self> {
        let secret = secret.trim();
        (!secret.is_empty()).then(|| Self(secret.to_owned()))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret")
    }
}
