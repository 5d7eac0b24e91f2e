//! What a browser shows where there is no answer.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};

use crate::problem::Problem;

#[derive(Template)]
#[template(path = "problem.html")]
struct Page {
    title: &'static str,
    text: String,
}

pub(crate) fn show(Problem(status, text): Problem) -> Response {
    let title = match status {
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::MISDIRECTED_REQUEST => "Not allowed",
        StatusCode::BAD_REQUEST => "Not understood",
        StatusCode::GATEWAY_TIMEOUT => "No answer from the target",
        _ => "No answer",
    };
    let page = Page { title, text: text.trim_end().to_owned() }.render();
    (status, Html(page.unwrap_or(text))).into_response()
}
