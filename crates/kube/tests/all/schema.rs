//! The table of built-in kinds in `core` is what a live API server says of itself.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use landfall_bench_cluster::Cluster;

/// Every kind and every field that the server serves is in the table, with the same merge keys, strategies and types.
/// The table has more: group versions that a server serves only when they are switched on.
#[test]
fn table_of_kinds_is_that_of_a_live_server() {
    let cluster = Cluster::shared();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let generated = Command::new("go")
        .current_dir(root.join("bench/schema"))
        .args(["run", ".", "-server", &cluster.url(), "-token", &cluster.token(), "-ca"])
        .arg(cluster.ca_path())
        .output()
        .unwrap();
    assert!(generated.status.success(), "{}", String::from_utf8_lossy(&generated.stderr));
    let generated = String::from_utf8(generated.stdout).unwrap();
    let table = fs::read_to_string(root.join("crates/core/src/schema/builtin.txt")).unwrap();
    let table: BTreeSet<String> = sections(&table).collect();
    let missing: Vec<String> = sections(&generated).filter(|section| !table.contains(section)).collect();
    assert!(missing.is_empty(), "run bench/schema: these differ from what the server says:\n{}", missing.join("\n"));
    assert!(generated.lines().filter(|line| line.starts_with("kind ")).count() > 50, "the server was read");
}

/// The lines of a table, those of a type joined with its name.
fn sections(text: &str) -> impl Iterator<Item = String> + '_ {
    let mut parent = "";
    text.lines().filter(|line| !line.starts_with('#')).map(move |line| {
        if line.starts_with(' ') {
            return format!("{parent} {}", line.trim());
        }
        parent = line;
        line.to_owned()
    })
}
