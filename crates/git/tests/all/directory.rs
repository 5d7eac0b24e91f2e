//! Plain folders, as kubectl reads them.

use std::os::unix::fs::PermissionsExt;

use landfall_git::{Error, read_directory};

use crate::support::{Repo, Sandbox, paths, yaml};

/// A folder without Git.
fn folder(sandbox: &Sandbox) -> Repo {
    let path = sandbox.path("plain");
    std::fs::create_dir_all(&path).unwrap();
    Repo { path }
}

#[test]
fn folders_are_entered_only_when_asked() {
    let sandbox = Sandbox::new();
    let plain = folder(&sandbox);
    for path in ["b.yaml", "a.json", "c.yml", "notes.txt", "sub/d.yaml", "a/e.yaml"] {
        plain.write(path, path);
    }
    let root = plain.url();
    let names = |recursive| {
        let read = read_directory(&[&plain.path], recursive, yaml).unwrap();
        paths(&read)
            .into_iter()
            .map(|path| path.strip_prefix(&format!("{root}/")).unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(false), ["a.json", "b.yaml", "c.yml"]);
    assert_eq!(names(true), ["a/e.yaml", "a.json", "b.yaml", "c.yml", "sub/d.yaml"]);
    let named =
        read_directory(&[plain.path.join("notes.txt"), plain.path.clone(), plain.path.join("b.yaml")], false, yaml)
            .unwrap();
    assert_eq!(named.files.len(), 4, "a named file is read whatever its name, and each only once");
    assert!(named.files[0].path.ends_with("notes.txt"));
}

#[test]
fn relative_paths_stay_relative() {
    let read = read_directory(&["./src/../Cargo.toml", "./src"], false, |path| path.ends_with("lib.rs")).unwrap();
    assert_eq!(paths(&read), ["src/../Cargo.toml", "src/lib.rs"]);
}

#[test]
fn everything_that_cannot_be_read_is_told_at_once() {
    let sandbox = Sandbox::new();
    let plain = folder(&sandbox);
    plain
        .write("ok.yaml", "")
        .symlink("dangling.yaml", "gone")
        .symlink("loop.yaml", "loop.yaml")
        .symlink("out.yaml", "/etc/passwd");
    plain.symlink("ignored", "/etc/passwd").symlink("sub", "/etc").write("closed.yaml", "");
    assert!(std::process::Command::new("mkfifo").arg(plain.path.join("pipe.yaml")).status().unwrap().success());
    let closed = plain.path.join("closed.yaml");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
    let Err(Error::Files { faults, .. }) =
        read_directory(&[plain.path.clone(), plain.path.join("nowhere")], true, yaml)
    else {
        panic!()
    };
    let root = plain.url();
    let told: Vec<String> =
        faults.iter().map(|fault| fault.to_string().replace(&format!("{root}/"), "").replace(&root, "ROOT")).collect();
    let mut expected = vec![
        "closed.yaml: it may not be read",
        "dangling.yaml: a symbolic link that cannot be followed: it points to `gone`, which does not exist",
        "loop.yaml: a symbolic link that cannot be followed: it points to `loop.yaml`, and from there back to itself",
        "out.yaml: a symbolic link that cannot be followed: it points to `/etc/passwd`, outside of ROOT",
        "pipe.yaml: it is not a regular file",
        "nowhere: there is no such file or folder",
    ];
    if std::fs::read(&closed).is_ok() {
        println!("not tested: root may read everything");
        expected.remove(0);
    }
    assert_eq!(told, expected);
}

#[test]
fn a_mounted_config_map_is_read() {
    let sandbox = Sandbox::new();
    let plain = folder(&sandbox);
    plain.write("..2018/web.yaml", "a: 1\n").symlink("..data", "..2018").symlink("web.yaml", "..data/web.yaml");
    let read = read_directory(&[&plain.path], false, yaml).unwrap();
    assert_eq!((read.files.len(), read.files[0].bytes.as_slice()), (1, b"a: 1\n".as_slice()));
    let linked = sandbox.path("linked");
    std::os::unix::fs::symlink(&plain.path, &linked).unwrap();
    assert!(read_directory(&[&linked], false, yaml).is_err(), "kubectl cannot read a link to a folder");
    assert_eq!(read_directory(&[format!("{}/", linked.display())], false, yaml).unwrap().files.len(), 1);
}
