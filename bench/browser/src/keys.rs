//! What a person does with a page, by the keyboard and otherwise.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{Browser, browser::LIMIT, session::element};

/// The Tab key. Source: <https://www.w3.org/TR/webdriver2/#keyboard-actions>.
const TAB: &str = "\u{E004}";

/// The element is gone with its page, or the page is not there yet. Source: <https://www.w3.org/TR/webdriver2/#errors>.
const BETWEEN_PAGES: [&str; 2] = ["stale element reference", "no such element"];

/// More steps than any page of a test has.
const MANY: usize = 400;

impl Browser {
    /// Clicks on an element.
    pub fn click(&self, selector: &str) {
        self.on(selector, "click", &json!({}));
    }

    /// Writes into a field.
    pub fn fill(&self, selector: &str, text: &str) {
        self.on(selector, "clear", &json!({}));
        self.on(selector, "value", &json!({"text": text}));
    }

    /// Chooses of a list by its value.
    pub fn choose(&self, selector: &str, value: &str) {
        self.click(&format!("{selector} option[value={value}]"));
    }

    fn on(&self, selector: &str, command: &str, body: &Value) {
        let attempt = || {
            let found = self.session.post("element", &json!({"using": "css selector", "value": selector}))?;
            self.session.post(&format!("element/{}/{command}", element(&found)), body)
        };
        let (started, mut done) = (Instant::now(), attempt());
        // The page before may give way to the next one in between: a person would look again.
        while let Err(error) = &done
            && BETWEEN_PAGES.iter().any(|kind| error.contains(kind))
            && started.elapsed() < LIMIT
        {
            std::thread::sleep(Duration::from_millis(20));
            done = attempt();
        }
        done.unwrap_or_else(|error| panic!("{selector} at {}: {error}", self.address()));
    }

    /// Presses the Tab key where the focus is.
    fn press_tab(&self) {
        let key = |kind: &str| json!({"type": kind, "value": TAB});
        let keys = json!({"type": "key", "id": "keys", "actions": [key("keyDown"), key("keyUp")]});
        self.session.post("actions", &json!({"actions": [keys]})).unwrap();
    }

    /// Presses Tab until the focus has been everywhere, from the top of the page; gives what can be used by mouse and was not
    /// reached, or was reached and cannot be seen there.
    pub fn out_of_reach(&self) -> Vec<String> {
        // By what they are, since a page that keeps itself up to date makes them anew.
        self.run(
            "document.activeElement.blur(); window.scrollTo(0, 0);
             window.what = element => ['href', 'name', 'type'].map(name => element.getAttribute(name)).join(' ');
             window.left = new Map([...document.querySelectorAll('a[href], button, input, select, summary')]
               .filter(element => element.checkVisibility() && !element.disabled)
               .map(element => [window.what(element), element.outerHTML])); window.unseen = [];",
        );
        for _ in 0..MANY {
            self.press_tab();
            let is_back = self.run(
                "const at = document.activeElement;
                 if (at === document.body) return true;
                 window.left.delete(window.what(at));
                 const box = at.getBoundingClientRect(), style = getComputedStyle(at);
                 if (box.width === 0 || box.right < 0 || style.outlineStyle === 'none') window.unseen.push(at.outerHTML);
                 return window.left.size === 0",
            );
            if is_back == Value::Bool(true) {
                break;
            }
        }
        let left = self.run("return [...window.left.values()].concat(window.unseen)");
        left.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}
