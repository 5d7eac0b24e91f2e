//! What `kubectl apply` prints, for scripts that read it.

use landfall_core::plan::{Action, Item};

/// Whether anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DryRun {
    /// It is.
    None,
    /// Nothing is sent but reads.
    Client,
    /// The server is asked about every change.
    Server,
}

/// `deployment.apps/web configured`, or nothing for what kubectl does not mention.
pub fn line(item: &Item, dry_run: DryRun) -> Option<String> {
    let done = match item.action {
        Action::Create { server_side: true, .. } => "serverside-applied",
        Action::Create { .. } => "created",
        Action::Update { .. } => "configured",
        Action::Replace { .. } => "replaced",
        Action::Repair { .. } => "repaired",
        Action::Unchanged => "unchanged",
        Action::Prune => "pruned",
        Action::Keep(_) => return None,
    };
    let suffix = match dry_run {
        DryRun::None => "",
        DryRun::Client => " (dry run)",
        DryRun::Server => " (server dry run)",
    };
    Some(format!("{} {done}{suffix}", name(item)))
}

/// `deployment.apps/web`.
pub fn name(item: &Item) -> String {
    let kind = item.id.kind.to_lowercase();
    if item.id.group.is_empty() {
        format!("{kind}/{}", item.id.name)
    } else {
        format!("{kind}.{}/{}", item.id.group, item.id.name)
    }
}
