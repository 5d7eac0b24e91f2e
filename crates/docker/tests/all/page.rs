//! The page of what one host supports is written from the code.

use std::{fs, path::Path};

/// Below this line the page is generated.
const MARK: &str = "<!-- From here on written by crates/docker/src/support; the test `page` tells what to do. -->\n\n";

#[test]
fn the_page_has_the_tables_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/docker.md");
    let page = fs::read_to_string(&path).unwrap();
    let (head, tables) = page.split_once(MARK).expect("the page has no mark");
    let wanted = landfall_docker::support::tables_as_markdown();
    if tables == wanted {
        return;
    }
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::write(&path, format!("{head}{MARK}{wanted}")).unwrap();
        return;
    }
    let other = tables.lines().zip(wanted.lines()).find(|(old, new)| old != new);
    panic!("docs/docker.md is not what the code says; run this test with UPDATE_PAGES=1. First difference: {other:?}");
}
