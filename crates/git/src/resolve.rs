//! From a name to a commit: branches, tags, ids, and what Git lets one write after them.

use gix::revision::spec::parse::{Error as SpecError, ObjectKindHint, Options, RefsHint};

use crate::{
    closest::closest,
    error::{Error, Result},
    object::Objects,
    repository::{Repository, tell},
    revision::{Commit, Revision},
};

impl Repository {
    /// The commit that a name means: a branch, a tag, `origin/main`, a full or shortened commit id, `HEAD~2`, `v1^2`.
    /// In a mirror, branches are those of the remote. Nothing is fetched.
    ///
    /// # Errors
    ///
    /// Nothing or several things have that name (a branch and a tag that differ are two), it is not a commit, or the
    /// repository is empty or damaged.
    pub fn resolve(&self, name: &str) -> Result<Commit> {
        let not_a_commit = |why: &str| Error::NotACommit { name: name.to_owned(), why: why.to_owned() };
        if name.is_empty() || name.starts_with('-') || name.chars().any(char::is_control) {
            return Err(not_a_commit("it is not a name that a branch or tag can have"));
        }
        if name.contains("..") || name.starts_with('^') || name.ends_with("^@") || name.ends_with("^!") {
            return Err(not_a_commit("it is a range of commits"));
        }
        if name.contains(':') {
            return Err(not_a_commit("it is a path or a search in a revision"));
        }
        let objects = Objects::of(self);
        self.refuse_branch_and_tag(&objects, name)?;
        let options = Options {
            refs_hint: RefsHint::PreferObjectOnFullLengthHexShaUseRefOtherwise,
            object_kind_hint: Some(ObjectKindHint::Committish),
        };
        let handle = &objects.handle;
        let found = gix::revision::Spec::from_bstr(name.as_bytes(), handle, options)
            .map_err(|error| self.explain(handle, name, &error))?;
        let Some(id) = found.single() else { return Err(not_a_commit("it is a range of commits")) };
        let id = id.detach();
        if Revision::parse(name).is_ok() && !handle.has_object(id) {
            return Err(self.unknown(handle, name));
        }
        let peeled = self.peel(&objects, name, id)?;
        objects.commit(&peeled)
    }

    /// The tip of a branch, and never a tag of the same name: of the remote's branch in a mirror, of the local branch
    /// in a clone.
    ///
    /// # Errors
    ///
    /// As [`resolve`](Self::resolve).
    pub fn branch(&self, name: &str) -> Result<Commit> {
        let objects = Objects::of(self);
        let full = format!("refs/heads/{}", name.strip_prefix("refs/heads/").unwrap_or(name));
        match objects.handle.try_find_reference(full.as_str()) {
            Ok(Some(mut reference)) => {
                let id = reference.follow_to_object().map_err(self.unusable())?.detach();
                let peeled = self.peel(&objects, name, id)?;
                objects.commit(&peeled)
            }
            Ok(None) => Err(self.unknown(&objects.handle, name)),
            Err(error) if error.is_validation() => Err(Error::NotACommit {
                name: name.to_owned(),
                why: "it is not a name that a branch can have".to_owned(),
            }),
            Err(error) => Err(self.unusable()(error)),
        }
    }

    /// Follows tags of tags to their commit.
    fn peel(&self, objects: &Objects<'_>, name: &str, mut id: gix::ObjectId) -> Result<gix::ObjectId> {
        loop {
            let header = objects.handle.try_find_header(id).map_err(self.unusable())?;
            match header.map(|header| header.kind()) {
                // Let the reader say what is missing.
                None | Some(gix::objs::Kind::Commit) => return Ok(id),
                Some(gix::objs::Kind::Tag) => {
                    let data = objects.read(&id, gix::objs::Kind::Tag, "")?;
                    let tag = gix::objs::TagRef::from_bytes(&data, gix::hash::Kind::Sha1).map_err(self.unusable())?;
                    id = tag.target();
                }
                Some(kind @ (gix::objs::Kind::Tree | gix::objs::Kind::Blob)) => {
                    let what = if kind == gix::objs::Kind::Tree { "a folder" } else { "a file" };
                    return Err(Error::NotACommit { name: name.to_owned(), why: format!("it is {what}") });
                }
            }
        }
    }

    /// Git takes the tag and warns. Whoever may push a tag could so decide what a branch's name deploys.
    fn refuse_branch_and_tag(&self, objects: &Objects<'_>, name: &str) -> Result<()> {
        let base = base_of(name);
        let tip = |prefix: &str| {
            let mut reference = objects.handle.try_find_reference(&format!("{prefix}{base}")).ok().flatten()?;
            let id = reference.follow_to_object().ok()?.detach();
            self.peel(objects, name, id).ok()
        };
        let (Some(branch), Some(tag)) = (tip("refs/heads/"), tip("refs/tags/")) else { return Ok(()) };
        if base.is_empty() || branch == tag {
            return Ok(());
        }
        let candidates = [("branch refs/heads/", branch), ("tag refs/tags/", tag)]
            .map(|(kind, id)| format!("{kind}{base} at {}", Revision::of(&id).short()));
        Err(Error::Ambiguous { name: name.to_owned(), place: self.place().to_owned(), candidates: candidates.to_vec() })
    }

    fn explain(&self, handle: &gix::Repository, name: &str, error: &gix::Error) -> Error {
        for cause in error.iter_errors() {
            if let Some(SpecError::AmbiguousPrefix { candidates, .. }) = cause.downcast_ref() {
                let candidates = candidates.iter().map(|(id, info)| format!("{id} {info}")).collect();
                return Error::Ambiguous { name: name.to_owned(), place: self.place().to_owned(), candidates };
            }
        }
        let base = base_of(name);
        if base != name
            && (base.is_empty() || handle.rev_parse_single(base.as_bytes()).is_ok())
            && !self.is_empty(handle)
        {
            return Error::NotACommit {
                name: name.to_owned(),
                why: format!("{} does not lead that far", quoted(base)),
            };
        }
        tracing::debug!(name, error = tell(error), "a name was not resolved");
        self.unknown(handle, name)
    }

    fn unknown(&self, handle: &gix::Repository, name: &str) -> Error {
        let place = self.place().to_owned();
        if self.is_empty(handle) {
            return Error::Empty { place, name: name.to_owned() };
        }
        let names = self.names(handle);
        Error::Unknown { name: name.to_owned(), place, closest: closest(name, names), local: !self.is_mirror }
    }

    fn is_empty(&self, handle: &gix::Repository) -> bool {
        handle.head_id().is_err() && self.names(handle).is_empty()
    }

    /// Branches, tags and remote branches, as one would write them.
    fn names(&self, handle: &gix::Repository) -> Vec<String> {
        let Ok(references) = handle.references() else { return Vec::new() };
        let Ok(all) = references.all() else { return Vec::new() };
        let names = all.filter_map(|reference| Some(reference.ok()?.name().as_bstr().to_string()));
        let short = |name: String| {
            ["refs/heads/", "refs/tags/", "refs/remotes/"]
                .iter()
                .find_map(|prefix| name.strip_prefix(prefix).map(str::to_owned))
        };
        names.filter_map(short).filter(|name| !name.ends_with("/HEAD")).collect()
    }
}

/// What stands before `~2`, `^` or `@{u}`. A plain `@` may be part of a name.
fn base_of(name: &str) -> &str {
    let ends = [name.find(['~', '^']), name.find("@{")];
    ends.into_iter().flatten().min().map_or(name, |end| &name[..end])
}

fn quoted(base: &str) -> String {
    if base.is_empty() { "HEAD".to_owned() } else { format!("`{base}`") }
}
