//! kubectl's own packages, through the program in `bench/mergecheck`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

/// What kubectl, and then the API server, make of a case. See the program for its fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Answer {
    pub format: String,
    pub patch: String,
    pub patch_error: String,
    pub result: String,
    pub result_error: String,
    pub last_applied: String,
    pub modified: String,
}

/// The program, built.
pub struct Kubectl {
    program: PathBuf,
    openapi: PathBuf,
}

impl Kubectl {
    /// Builds it once for all tests; `None`, with a notice, where it cannot be built.
    pub fn build() -> Option<&'static Self> {
        static BUILT: OnceLock<Option<Kubectl>> = OnceLock::new();
        let build = || match Self::try_build() {
            Ok(kubectl) => Some(kubectl),
            Err(reason) => {
                eprintln!("SKIPPED: the comparison with kubectl's packages needs Go and their modules: {reason}");
                None
            }
        };
        BUILT.get_or_init(build).as_ref()
    }

    fn try_build() -> Result<Self, String> {
        let bench = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench");
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mergecheck");
        // As bench/build does it: most packages have been compiled for the test clusters already.
        go(&bench.join("mergecheck"), &["build", "-trimpath", "-o", &program.to_string_lossy(), "."])?;
        let download = go(&bench.join("modules/kubernetes"), &["mod", "download", "-json", "k8s.io/kubernetes"])?;
        let download: Value = serde_json::from_str(&download).map_err(|error| error.to_string())?;
        let folder = download["Dir"].as_str().ok_or("go mod download names no folder")?;
        Ok(Self { program, openapi: Path::new(folder).join("api/openapi-spec/v3") })
    }

    /// One answer for each case.
    pub fn ask(&self, cases: &[Value]) -> Vec<Answer> {
        let mut child = Command::new(&self.program)
            .arg("-openapi")
            .arg(&self.openapi)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let lines: String = cases.iter().map(|case| format!("{case}\n")).collect();
        let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()).unwrap());
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        assert!(output.status.success());
        let answers: Vec<Answer> = output
            .stdout
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        assert_eq!(answers.len(), cases.len());
        answers
    }
}

fn go(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("go").args(arguments).current_dir(folder).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
