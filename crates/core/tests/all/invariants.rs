//! What ARCHITECTURE.md says of this crate, held.

use std::{fs, path::Path};

/// No files, network, clock, environment, printing or async in what decides: text and numbers in, text and numbers out.
#[test]
fn core_does_no_input_or_output() {
    let forbidden = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::time",
        "std::io",
        "println!",
        "eprintln!",
        "async fn",
        "tokio",
        "env::var",
        "Instant::now",
        "SystemTime",
    ];
    let mut found = Vec::new();
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut |path, text| {
        // What stands below it is the file's own tests.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for word in forbidden.iter().filter(|word| line.contains(**word)) {
                found.push(format!("{}:{}: {word}", path.display(), number + 1));
            }
        }
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// A dependency that does I/O would bring it in by another door.
#[test]
fn core_depends_on_nothing_that_does() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let names: Vec<&str> = dependencies
        .lines()
        .filter_map(|line| Some(line.split(['.', ' ', '=']).next()?.trim()))
        .filter(|name| !name.is_empty())
        .collect();
    assert_eq!(names, ["base64", "granit-parser", "serde", "serde_json", "similar", "thiserror", "utoipa"]);
}

fn visit(folder: &Path, each: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            visit(&path, each);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            each(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}
