//! Tells open pages that something has changed, so that they fetch themselves anew.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use futures::{Stream, stream};

use crate::app::App;

/// Changes that come close together are one: a rollout changes many times a second, and nobody reads as fast.
const PAUSE: Duration = Duration::from_millis(300);

/// Server-sent events without content: `event: change`.
/// Source: <https://html.spec.whatwg.org/multipage/server-sent-events.html>.
pub(crate) async fn events(State(app): State<Arc<App>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = app.board.changes();
    let events = stream::unfold(changes, |mut changes| async move {
        changes.changed().await.ok()?;
        tokio::time::sleep(PAUSE).await;
        let count = *changes.borrow_and_update();
        Some((Ok(Event::default().event("change").data(count.to_string())), changes))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)))
}
