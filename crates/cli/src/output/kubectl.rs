//! What `kubectl apply` prints, for scripts that read it.

use landfall_core::plan::{Action, Item};

/// `deployment.apps/web configured`, or nothing for what kubectl does not mention.
pub fn line(item: &Item, dry_run: bool) -> Option<String> {
    let done = match item.action {
        Action::Create { server_side: true, .. } => "serverside-applied",
        Action::Create { .. } => "created",
        Action::Update { .. } => "configured",
        Action::Replace { .. } => "replaced",
        Action::Unchanged => "unchanged",
        Action::Prune => "pruned",
        Action::Keep(_) => return None,
    };
    Some(format!("{} {done}{}", name(item), if dry_run { " (server dry run)" } else { "" }))
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
