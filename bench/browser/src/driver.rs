//! The programs around a page: chromedriver, and the Chromium that it starts.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use landfall_bench_cluster::{free_port, keeper};

/// A running chromedriver. It and all that it started end when it is dropped.
pub(crate) struct Driver {
    name: String,
    port: u16,
    folder: PathBuf,
}

impl Driver {
    pub(crate) fn start() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        axe();
        let name = format!("browser{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = keeper().folder().join(&name);
        fs::create_dir_all(folder.join("profile")).unwrap();
        let port = free_port(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let program = format!("{name}/chromedriver");
        keeper().run(&program, &folder, &["chromedriver".to_owned(), format!("--port={port}")]);
        keeper().wait_for(&program, Duration::from_secs(30), || TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { name, port, folder }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What Chromium is started with: nothing but the page goes over the network, and nothing of another run is left.
    pub(crate) fn flags(&self) -> Vec<String> {
        let profile = format!("--user-data-dir={}", self.folder.join("profile").display());
        let fixed = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
        ];
        fixed.into_iter().map(str::to_owned).chain([profile]).collect()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        keeper().end(&self.name);
    }
}

/// The text of axe-core. Installs it and the browser once in each process.
pub(crate) fn axe() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("install");
        let output = Command::new(&script).stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "{} failed ({})", script.display(), output.status);
        fs::read_to_string(String::from_utf8_lossy(&output.stdout).trim_end()).unwrap()
    })
}
