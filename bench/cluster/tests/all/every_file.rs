//! All crates include this file: a test whose file nobody declares would never run.

use std::{fs, path::Path};

#[test]
fn is_declared() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all")];
    while let Some(folder) = folders.pop() {
        let roots = [folder.join("main.rs"), folder.join("mod.rs"), folder.with_extension("rs")];
        let declarations = roots.map(|path| fs::read_to_string(path).unwrap_or_default()).concat();
        for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let module = path.file_stem().unwrap_or_default().to_string_lossy();
            let is_module = path.is_dir() || path.extension().is_some_and(|extension| extension == "rs");
            let is_declared =
                declarations.lines().any(|line| line.trim_start_matches("pub ") == format!("mod {module};"));
            let is_root = module == "main" || module == "mod";
            assert!(!is_module || is_root || is_declared, "{} is not declared as a module", path.display());
            folders.extend(path.is_dir().then_some(path));
        }
    }
}
