//! Where the programs of the bench are, and the environment that they run in.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// A file of this crate's folder.
pub(crate) fn crate_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The path of a built program such as `kubectl`. Runs `bench/build` for it once in each process, which is quick when it
/// is built already.
pub fn program(name: &str) -> PathBuf {
    static BUILT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let path = built.entry(name.to_owned()).or_insert_with(|| {
        let script = crate_file("../build");
        let output = Command::new(&script)
            .arg(name)
            .stderr(Stdio::inherit())
            .output()
            .unwrap_or_else(|error| panic!("cannot run {}: {error}", script.display()));
        assert!(output.status.success(), "{} {name} failed ({})", script.display(), output.status);
        Path::new(String::from_utf8_lossy(&output.stdout).trim_end()).join(name)
    });
    path.clone()
}

/// The environment of every program that the bench runs: no proxies, no kubeconfig, no home of the user.
pub fn clean_env(home: &Path) -> Vec<(&'static str, OsString)> {
    let mut path = env::var_os("PATH").unwrap_or_default();
    // Debian keeps ip, iptables and runc where an ordinary user's PATH does not look.
    path.push(":/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin");
    vec![("PATH", path), ("HOME", home.into()), ("LC_ALL", "C.UTF-8".into())]
}
