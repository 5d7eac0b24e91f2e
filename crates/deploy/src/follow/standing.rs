//! What is so in an environment between its deploys: the program around is told, and the sinks if it is news to them.

use landfall_journal::{Standing, Time};

use super::{environment::Loop, host::News, live::Live, notice::Noticed};
use crate::target::Drifted;

impl Loop {
    /// Tells of objects for which a fight has begun.
    pub(super) async fn tell_fights(&self, begun: Vec<Drifted>) {
        if begun.is_empty() {
            return;
        }
        let standing = Standing::Fight(in_words(&begun));
        for drifted in begun {
            self.host.tell(News::Fight { environment: self.name.clone(), drifted });
        }
        self.stands(&standing).await;
    }

    /// Tells what is not as applied, if that was not told yet.
    pub(super) async fn tell_drift(&self, live: &mut Live) {
        let corrects = live.corrects();
        let Some(Noticed { drifted, other, .. }) = live.untold() else { return };
        // What is corrected is told once it is.
        let standing = match (corrects, &other) {
            (true, _) | (_, Some(_)) => None,
            _ if drifted.is_empty() => Some(Standing::AsApplied),
            _ => Some(Standing::Drifted(in_words(&drifted))),
        };
        self.host.tell(News::Drifted { environment: self.name.clone(), drifted, corrects, other });
        if let Some(standing) = standing {
            self.stands(&standing).await;
        }
    }

    /// Lets the sinks be told what is so, if that is news.
    pub(super) async fn stands(&self, standing: &Standing) {
        let repository = self.mirror.url().to_string();
        if let Err(error) = self.journal.stands(&repository, &self.name, standing, Time::now()).await {
            let what = format!("nobody can be told: {error}");
            self.host.tell(News::Tended { environment: self.name.clone(), what, is_warning: true });
        }
    }
}

/// Each object, and what is not as applied.
fn in_words(drifted: &[Drifted]) -> Vec<(String, String)> {
    drifted.iter().map(|drifted| (drifted.object.to_string(), drifted.drift.join("; "))).collect()
}
