//! Several processes with one journal: one of them follows the repository.

use super::{Serving, level, live_level, open};

#[test]
fn one_follows_and_the_next_one_takes_over() {
    takes_over(&[]);
}

#[test]
fn one_follows_and_the_next_one_takes_over_with_postgresql() {
    let Some(server) = landfall_bench_postgres::server() else { return };
    takes_over(&["--journal", &server.database()]);
}

fn takes_over(args: &[&str]) {
    let shop = open();
    let with_page = [args, &["--listen", "127.0.0.1:0"]].concat();
    let first = Serving::start_with(&shop, args);
    first.until("Live: 1 created");
    let second = Serving::start_with(&shop, &with_page);
    second.until(&format!("stands by: ada@{} (process {}) follows the repository", host(), first.id()));
    // It shows what the other one does.
    second.until_page("/", "Open the shop");
    let page = second.get("/");
    assert!(page.contains(&format!("(process {}) follows it", first.id())), "{page}");

    level(&shop, "debug");
    shop.work.commit("Tell more");
    first.until("Live: 1 updated");
    second.until_page("/", "Tell more");

    first.kill();
    second.until("follows the repository from now on");
    level(&shop, "trace");
    shop.work.commit("Tell everything");
    second.until("Live: 1 updated");
    assert_eq!(live_level(&shop), "trace");
    let page = second.get("/");
    assert!(!page.contains("follows it"), "{page}");

    // Whoever is ended in order hands over, too.
    let third = Serving::start_with(&shop, args);
    third.until("stands by");
    let said = second.end();
    assert!(!said.contains("Open the shop"), "{said}");
    third.until("follows the repository from now on");
    third.end();
}

#[test]
fn one_that_stands_by_shows_what_is_there_though_landfall_yaml_is_broken() {
    let shop = open();
    let first = Serving::start_with(&shop, &[]);
    first.until("Live: 1 created");
    let good = std::fs::read_to_string(shop.work.dir().join("landfall.yaml")).unwrap();
    shop.write("landfall.yaml", "name: [\n");
    shop.work.commit("Break it");
    first.until("cannot be used, so that of before stays in force");
    let second = Serving::start_with(&shop, &["--listen", "127.0.0.1:0"]);
    second.until("stands by");
    second.until_page("/", "Follows the branch main");
    second.until_page("/", "landfall.yaml cannot be used");

    first.kill();
    second.until("follows the repository from now on");
    shop.write("landfall.yaml", &good);
    level(&shop, "debug");
    shop.work.commit("Mend it, and tell more");
    second.until("Live: 1 updated");
    let page = second.get("/");
    assert!(!page.contains("landfall.yaml cannot be used"), "{page}");
    second.end();
}

fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap().trim().to_owned()
}
