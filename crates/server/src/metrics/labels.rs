//! What tells the lines of one metric apart.

use prometheus_client::encoding::EncodeLabelSet;

/// One repository.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfRepository {
    /// Its address, without credentials.
    pub repository: String,
}

/// One environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, EncodeLabelSet)]
pub(super) struct OfEnvironment {
    /// The address of its repository.
    pub repository: String,
    /// Its name.
    pub environment: String,
}

/// One way in which deploys to an environment end.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfOutcome {
    /// The address of the repository.
    pub repository: String,
    /// The environment.
    pub environment: String,
    /// The word of the journal: `live`, `failed`, ...
    pub outcome: &'static str,
}

/// One kind of answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfAnswer {
    /// The address with names in the place of values: `/deploys/{id}`.
    pub route: String,
    /// `GET`, `POST`, or `other`.
    pub method: &'static str,
    /// The HTTP status.
    pub status: u16,
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfRoute {
    /// The address with names in the place of values.
    pub route: String,
}

/// The notifications of a sink that are equally far.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfNotifications {
    /// The name of the sink.
    pub sink: String,
    /// `waiting`, `delivered`, `dead` or `dropped`.
    pub state: String,
}

impl OfEnvironment {
    pub fn new(repository: &str, environment: &str) -> Self {
        Self { repository: repository.to_owned(), environment: environment.to_owned() }
    }
}
