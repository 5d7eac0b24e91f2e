//! Where in an object a field is.

use std::fmt;

use serde::{Serialize, Serializer};

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A field of a type: `.spec`.
    Field(String),
    /// An entry of a map with free keys, such as labels: `[app.kubernetes.io/name]`.
    Key(String),
    /// An entry of a list that has no key: `[0]`.
    Index(usize),
    /// An entry of a list whose entries are told apart by a key: `[name=web]`.
    Item {
        /// The merge key.
        key: String,
        /// Its value in this entry.
        value: String,
    },
}

/// The steps from an object's root to a field.
///
/// Shown, and serialized, in the API server's notation (`field.Path`), with the merge key for the entries of merged
/// lists: `spec.template.spec.containers[name=web].image`, `metadata.labels[app]`, `spec.rules[0].host`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FieldPath(Vec<Step>);

impl FieldPath {
    /// The steps, outermost first.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the whole object.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The path one step further in.
    #[must_use]
    pub fn join(&self, step: Step) -> Self {
        let mut path = self.clone();
        path.0.push(step);
        path
    }

    pub(crate) fn push_front(&mut self, step: Step) {
        self.0.insert(0, step);
    }

    pub(crate) fn push(&mut self, step: Step) {
        self.0.push(step);
    }

    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }
}

impl FromIterator<Step> for FieldPath {
    fn from_iter<T: IntoIterator<Item = Step>>(steps: T) -> Self {
        Self(steps.into_iter().collect())
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            match step {
                Step::Field(name) if place == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Item { key, value } => write!(f, "[{key}={value}]")?,
            }
        }
        Ok(())
    }
}

impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_the_api_server_writes_it() {
        let path: FieldPath = [
            Step::Field("spec".to_owned()),
            Step::Field("containers".to_owned()),
            Step::Item { key: "name".to_owned(), value: "web".to_owned() },
            Step::Field("args".to_owned()),
            Step::Index(2),
        ]
        .into_iter()
        .collect();
        assert_eq!(path.to_string(), "spec.containers[name=web].args[2]");
        let labels: FieldPath = [Step::Field("labels".to_owned()), Step::Key("a.b/c".to_owned())].into_iter().collect();
        assert_eq!(labels.to_string(), "labels[a.b/c]");
    }
}
