//! Reverts of a generated history, compared with those of the real git.

use std::{collections::BTreeSet, os::unix::fs::PermissionsExt};

use landfall_git::{CommitAs, Error, Repository, RevertRefusal, Undo};

use crate::{
    revert::{ada, id},
    support::{Repo, Sandbox},
};

/// The same numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// A few changes to a few files: lines changed, added and removed, files added, removed, renamed (also with their
/// folder, also with a change), made executable, replaced by links, with other line ends, and binary ones.
fn change(repo: &Repo, paths: &mut BTreeSet<String>, dice: &mut Dice, step: usize) {
    for _ in 0..=dice.below(2) {
        let path = paths.iter().nth(dice.below(paths.len())).unwrap().clone();
        let file = repo.path.join(&path);
        let is_link = file.is_symlink();
        let text = || String::from_utf8(std::fs::read(&file).unwrap()).ok();
        let text = if is_link { None } else { text() };
        match (dice.below(12), text) {
            (0, _) => {
                let new = format!("base/new-{step}.yaml");
                let end = if dice.below(3) == 0 { "\r\n" } else { "\n" };
                repo.write(&new, &(0..20).map(|i| format!("kind{i}: {}{end}", dice.below(1000))).collect::<String>());
                paths.insert(new);
            }
            (1, _) if paths.len() > 4 => {
                std::fs::remove_file(&file).unwrap();
                paths.remove(&path);
            }
            (2, _) => {
                let new = format!("dir-{}/{}", dice.below(3), path.rsplit('/').next().unwrap());
                if !paths.contains(&new) {
                    std::fs::create_dir_all(repo.path.join(&new).parent().unwrap()).unwrap();
                    std::fs::rename(&file, repo.path.join(&new)).unwrap();
                    paths.remove(&path);
                    paths.insert(new);
                }
            }
            (3, Some(_)) => {
                let mode =
                    if std::fs::metadata(&file).unwrap().permissions().mode() & 0o100 == 0 { 0o755 } else { 0o644 };
                std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            }
            (4, _) => {
                let new = format!("base/link-{step}");
                if paths.insert(new.clone()) {
                    repo.symlink(&new, &format!("target-{}", dice.below(5)));
                }
            }
            (5, _) => {
                let bytes: Vec<u8> = (0..200).map(|_| dice.below(256) as u8).chain([0, 255]).collect();
                std::fs::write(repo.path.join("base/logo.png"), bytes).unwrap();
                paths.insert("base/logo.png".to_owned());
            }
            (other, Some(text)) => {
                let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
                let at = dice.below(lines.len() + 1);
                match other {
                    6 if at < lines.len() => drop(lines.remove(at)),
                    7 => lines.insert(at, format!("added{step}: {}\n", dice.below(1000))),
                    _ if at < lines.len() => lines[at] = format!("changed{step}: {}\n", dice.below(1000)),
                    _ => lines.push(format!("last{step}: 1\n")),
                }
                std::fs::write(&file, lines.concat()).unwrap();
            }
            _ => {}
        }
    }
}

/// What `git revert --no-commit` of these commits leaves: a tree, or `None` for conflicts.
fn real(repo: &Repo, commits: &[&str]) -> Option<String> {
    let mut command = std::process::Command::new("git");
    command.current_dir(&repo.path).args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let reverted = command.args(["revert", "--no-commit"]).args(commits).output().unwrap().status.success();
    let tree = reverted.then(|| repo.git(["write-tree"]));
    repo.git(["reset", "--quiet", "--hard"]);
    repo.git(["clean", "--quiet", "--force", "-d"]);
    tree
}

#[test]
fn every_commit_of_a_generated_history_is_reverted_as_git_does() {
    let seeds: Vec<u64> = match std::env::var("LANDFALL_REVERT_SEEDS") {
        Ok(count) => (0..count.parse().unwrap()).collect(),
        Err(_) => vec![1],
    };
    for seed in seeds {
        let sandbox = Sandbox::new();
        let repo = sandbox.repo("clone");
        let mut dice = Dice(seed);
        let mut paths = BTreeSet::new();
        for i in 0..8 {
            let path = format!("base/{i}.yaml");
            repo.write(&path, &(0..40).map(|line| format!("key{line}: {}\n", dice.below(1000))).collect::<String>());
            paths.insert(path);
        }
        repo.commit("Start");
        let mut ids = Vec::new();
        for step in 0..100 {
            change(&repo, &mut paths, &mut dice, step);
            ids.push(repo.commit(&format!("Step {step}")));
        }
        let local = Repository::local(&repo.path).unwrap();
        let tip_tree = repo.git(["rev-parse", "HEAD^{tree}"]);
        let (mut clean, mut conflicts) = (0, 0);
        for (step, commit) in ids.iter().enumerate() {
            let ours = match local.revert(&ada(), "main", &Undo::Commit(id(commit)), &CommitAs::default()) {
                Ok(reverted) => Some(repo.git(["rev-parse", &format!("{}^{{tree}}", reverted.commit.id)])),
                Err(Error::Revert { refusal }) if matches!(*refusal, RevertRefusal::NoChange { .. }) => {
                    Some(tip_tree.clone())
                }
                Err(Error::Revert { refusal }) if matches!(*refusal, RevertRefusal::Conflict { .. }) => None,
                Err(error) => panic!("{error}"),
            };
            let git = real(&repo, &[commit]);
            assert_eq!(ours, git, "seed {seed}, step {step}: {}", repo.git(["show", "--stat", "--summary", commit]));
            *if ours.is_some() { &mut clean } else { &mut conflicts } += 1;
        }
        println!("seed {seed}: {clean} reverts like git's, {conflicts} conflicts like git's");
        assert!(clean > 10 && conflicts > 5, "the history is worth comparing");
    }
}
