//! The API as an OpenAPI document: `docs/openapi.json`, and what `/api/v1/openapi.json` answers.

use utoipa::OpenApi;

use crate::api;

/// Which addresses there are; their shapes come from the types that are answered.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Landfall",
        description = "What is live where and since when, what is on its way, and what was deployed. Read-only. Fields may be \
                       added, never removed or changed.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
        contact()
    ),
    paths(api::environments, api::deploys, api::deploy, api::live_at, api::object, api::notifications, api::document)
)]
struct Document;

/// The document.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    #[test]
    fn the_document_in_docs_is_that_of_the_program() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
        let document = format!("{}\n", super::document().to_pretty_json().unwrap());
        if std::env::var_os("UPDATE_PAGES").is_some() {
            fs::write(&path, &document).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == document,
            "docs/openapi.json is old; UPDATE_PAGES=1 cargo test -p landfall-server writes it anew"
        );
    }
}
