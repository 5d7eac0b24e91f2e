//! One browser with one page.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{Eyes, driver::Driver, session::Session};

/// Longer than anything that a test waits for.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A browser. It ends when it is dropped.
pub struct Browser {
    pub(crate) session: Session,
    // Ends Chromium when all the rest is gone.
    _driver: Driver,
}

impl Browser {
    /// Starts one.
    pub fn open(eyes: &Eyes) -> Self {
        let driver = Driver::start();
        let browser = Self { session: Session::start(driver.port(), &driver.flags()), _driver: driver };
        browser.look(eyes);
        browser
    }

    /// Looks in another way from now on.
    pub fn look(&self, eyes: &Eyes) {
        let size = json!({"width": eyes.width, "height": eyes.height, "deviceScaleFactor": 1, "mobile": false});
        self.tell("Emulation.setDeviceMetricsOverride", size);
        let scheme = json!({"name": "prefers-color-scheme", "value": if eyes.dark { "dark" } else { "light" }});
        let still = json!({"name": "prefers-reduced-motion", "value": "reduce"});
        self.tell("Emulation.setEmulatedMedia", json!({"features": [scheme, still]}));
        self.tell("Emulation.setScriptExecutionDisabled", json!({"value": !eyes.scripts}));
    }

    /// Opens an address.
    pub fn visit(&self, url: &str) {
        let opened = self.session.post("url", &json!({"url": url}));
        opened.unwrap_or_else(|error| panic!("{url} cannot be opened: {error}"));
    }

    /// The address that is open.
    pub fn address(&self) -> String {
        self.session.get("url").unwrap().as_str().unwrap().to_owned()
    }

    /// What a person reads on the page.
    pub fn text(&self) -> String {
        self.run("return document.body.innerText").as_str().unwrap_or_default().to_owned()
    }

    /// What an expression of the page's own language gives: `return document.title`. Also where pages may not run scripts.
    pub fn run(&self, script: &str) -> Value {
        let ran = self.session.post("execute/sync", &json!({"script": script, "args": []}));
        ran.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until something is so.
    #[track_caller]
    pub fn until(&self, script: &str) {
        let started = Instant::now();
        while self.run(script) != Value::Bool(true) {
            assert!(started.elapsed() < LIMIT, "'{script}' did not come true:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until a person reads a text.
    #[track_caller]
    pub fn until_text(&self, text: &str) {
        self.until(&format!("return document.body?.innerText.includes({}) === true", Value::from(text)));
    }

    /// By how many pixels the page is wider than the window.
    pub fn overflow(&self) -> i64 {
        let width = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        self.run(width).as_i64().unwrap()
    }

    /// Keeps a picture of the whole page as a PNG.
    pub fn picture(&self, path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let taken = self.tell("Page.captureScreenshot", json!({"format": "png", "captureBeyondViewport": true}));
        fs::write(path, STANDARD.decode(taken["data"].as_str().unwrap()).unwrap()).unwrap();
    }

    /// A command of the DevTools protocol. Source: <https://chromedevtools.github.io/devtools-protocol/>.
    pub(crate) fn tell(&self, command: &str, parameters: Value) -> Value {
        let told = self.session.post("goog/cdp/execute", &json!({"cmd": command, "params": parameters}));
        told.unwrap_or_else(|error| panic!("{command}: {error}"))
    }
}
