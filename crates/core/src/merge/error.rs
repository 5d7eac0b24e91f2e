//! Why two documents cannot be merged.

use crate::compare::{FieldPath, Step};

/// A merge that failed, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", place(path))]
pub struct MergeError {
    /// The field; empty for the whole object.
    pub path: FieldPath,
    /// What is wrong there.
    pub problem: Problem,
}

fn place(path: &FieldPath) -> String {
    if path.is_empty() { String::new() } else { format!("{path}: ") }
}

impl MergeError {
    /// The same error seen from one level further out.
    pub(super) fn below(mut self, step: Step) -> Self {
        self.path.push_front(step);
        self
    }
}

impl From<Problem> for MergeError {
    fn from(problem: Problem) -> Self {
        Self { path: FieldPath::default(), problem }
    }
}

/// What cannot be merged. The names in parentheses are those of `k8s.io/apimachinery/pkg/util/mergepatch`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A document is not a JSON object (`ErrBadJSONDoc`).
    #[error("An object is needed here.")]
    NotAnObject,
    /// A directive such as `$setElementOrder/x` stands beside a field that is no list (`ErrBadArgType`).
    #[error("A list is needed here.")]
    NotAList,
    /// Entries of different types in one merged list.
    #[error("The entries of a list that is merged must all be of one type.")]
    MixedList,
    /// A list as an entry of a merged list (`ErrNoListOfLists`).
    #[error("A list that is merged cannot hold lists.")]
    ListOfLists,
    /// An entry lacks the key that identifies it (`ErrNoMergeKey`).
    #[error("Every entry of this list needs the field `{key}`.")]
    NoMergeKey {
        /// The merge key.
        key: String,
    },
    /// A list of objects that is merged, although its type names no merge key.
    #[error("This list has no merge key.")]
    UnknownMergeKey,
    /// An unknown `$patch` directive (`ErrBadPatchType`).
    #[error("`$patch: {0}` is not a known directive here.")]
    UnknownDirective(String),
    /// The order that `$setElementOrder` asks for contradicts the patch (`ErrBadPatchFormatForSetElementOrderList`).
    #[error("The order of the entries contradicts `$setElementOrder`.")]
    OrderMismatch,
    /// `$retainKeys` contradicts the patch (`ErrBadPatchFormatForRetainKeys`).
    #[error("`$retainKeys` does not name all fields of the patch.")]
    RetainKeysMismatch,
    /// A custom object's `apiVersion`, `kind` or `metadata.name` would change.
    #[error("At least one of apiVersion, kind and name was changed.")]
    IdentityChanged,
    /// A strategic merge patch for a kind without it.
    #[error("This kind has no strategic merge patch.")]
    NoStrategicMerge,
}
