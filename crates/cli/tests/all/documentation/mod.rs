//! The documentation says what is so.

mod configuration;
mod permissions;
mod plan_json;

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

/// Replaces the first block of a language.
fn write_block(page: &str, language: &str, block: &str) {
    let text = fs::read_to_string(path(page)).unwrap();
    let (before, rest) = text.split_once(&format!("```{language}\n")).unwrap();
    let (_, after) = rest.split_once("```").unwrap();
    fs::write(path(page), format!("{before}```{language}\n{}\n```{after}", block.trim())).unwrap();
}
