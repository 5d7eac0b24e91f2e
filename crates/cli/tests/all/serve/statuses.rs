//! The status of commits, read back from a real Gitea.

use landfall_bench_forge::Forge;

use super::{CONFIG, Serving, open};

#[test]
fn pending_and_then_how_it_ended() {
    let forge = Forge::shared();
    let ada = forge.user("ada");
    let repository = forge.repository(&ada);
    let shop = open();
    shop.write("../home/token", ada.token());
    let home = shop.work.dir().parent().unwrap().join("home").display().to_string();
    let sink = format!(
        "notifications:\n  forge:\n    gitea: {{token: {{file: {home}/token}}, url: '{}', repository: {}}}\n",
        forge.url(),
        repository.full_name()
    );
    shop.write("landfall.yaml", &(CONFIG.to_owned() + &sink));
    let push = || {
        let mut git = std::process::Command::new("git");
        git.args(["push", "--quiet", &repository.http_url(), "main"]).current_dir(shop.work.dir());
        assert!(git.envs(ada.git_env()).env("GIT_CONFIG_GLOBAL", "/dev/null").status().unwrap().success());
    };
    let good = shop.work.commit("Tell the forge");
    push();
    let ran = shop.landfall(&["notify", "--test"]);
    assert!(ran.stderr.contains("the token reaches the repository"), "{}", ran.stderr);
    // Forges know a commit once it is pushed; so it is pushed before it can be seen here.
    let serving =
        Serving::start_with(&shop, &["--listen", "127.0.0.1:0", "--public-url", "https://landfall.example.com"]);
    let statuses = |commit: &str, count: usize| {
        serving
            .until_page("/metrics", &format!("landfall_notifications{{sink=\"forge\",state=\"delivered\"}} {count}\n"));
        let words = repository.statuses(commit).into_iter().map(|status| {
            let text = |field: &str| status[field].as_str().unwrap_or_default().to_owned();
            let link = text("target_url");
            assert!(link.starts_with("https://landfall.example.com/deploys/"), "{link}");
            format!("{} {}: {}", text("status"), text("context"), text("description").replace(&commit[..7], "COMMIT"))
        });
        let words: Vec<String> = words.collect();
        words.join("\n")
    };
    let said = statuses(&good, 2);
    let (last, first) = said.split_once('\n').unwrap();
    assert!(last.starts_with("success landfall/prod: Everything is live in prod since "), "{said}");
    assert_eq!(first, "pending landfall/prod: COMMIT is being deployed to prod");
    shop.write("base/settings.yaml", "kind: [\n");
    // Pushed first, under another name, so that the forge has it when it is deployed.
    shop.work.git(&["checkout", "--quiet", "-b", "next"]);
    let broken = shop.work.commit("Break it");
    let mut git = std::process::Command::new("git");
    git.args(["push", "--quiet", &repository.http_url(), "next"]).current_dir(shop.work.dir());
    assert!(git.envs(ada.git_env()).env("GIT_CONFIG_GLOBAL", "/dev/null").status().unwrap().success());
    shop.work.git(&["branch", "--force", "main", "next"]);
    let said = statuses(&broken, 3);
    assert!(
        said.starts_with("failure landfall/prod: COMMIT failed in prod; nothing was written: base/settings.yaml:1:7: "),
        "{said}"
    );
    assert!(!serving.end().contains(ada.token()));
}
