//! The pages, as HTML that needs no script. Where there is one, an open page keeps itself up to date.

pub(crate) mod deploy;
pub(crate) mod filter;
pub(crate) mod home;
pub(crate) mod live_at;
pub(crate) mod notifications;
pub(crate) mod object;
pub(crate) mod problem;
mod summary;
pub(crate) mod timeline;

use askama::Template;
use axum::response::Html;

use crate::{problem::Problem, words};

fn html(page: &impl Template) -> Result<Html<String>, Problem> {
    Ok(Html(words::printable(page.render()?)))
}
