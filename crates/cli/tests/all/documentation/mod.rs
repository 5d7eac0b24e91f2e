//! The documentation says what is so.

mod configuration;
mod permissions;
mod plan_json;
mod timeline_json;

use std::{
    fs,
    path::{Path, PathBuf},
};

fn path(page: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page)
}

/// The blocks of a language in a page of `docs`.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let text = fs::read_to_string(path(page)).unwrap();
    let begins = format!("```{language}\n");
    text.split(&begins).skip(1).map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// Replaces a block of a language, counted from 0.
fn write_block(page: &str, language: &str, number: usize, block: &str) {
    let text = fs::read_to_string(path(page)).unwrap();
    let begins = format!("```{language}\n");
    let (start, _) = text.match_indices(&begins).nth(number).unwrap();
    let (before, rest) = (&text[..start], &text[start + begins.len()..]);
    let (_, after) = rest.split_once("```").unwrap();
    fs::write(path(page), format!("{before}{begins}{}\n```{after}", block.trim())).unwrap();
}
