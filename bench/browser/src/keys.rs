//! A page by the keyboard alone.

use serde_json::Value;
use thirtyfour::Key;

use crate::Browser;

/// More steps than any page of a test has.
const MANY: usize = 400;

impl Browser {
    /// Presses a key where the focus is.
    pub fn press(&self, key: Key) {
        let pressed = self.runtime.block_on(async { self.page.active_element().await?.send_keys(key + "").await });
        pressed.unwrap_or_else(|error| panic!("a key cannot be pressed: {error}"));
    }

    /// Presses Tab until the focus has been everywhere, from the top of the page; gives what can be used by mouse and was not
    /// reached, or was reached and cannot be seen there.
    pub fn out_of_reach(&self) -> Vec<String> {
        self.run(
            "document.activeElement.blur(); window.scrollTo(0, 0);
             window.left = new Set([...document.querySelectorAll('a[href], button, input, select, summary')]
               .filter(element => element.checkVisibility() && !element.disabled)); window.unseen = [];",
        );
        for _ in 0..MANY {
            self.press(Key::Tab);
            let is_back = self.run(
                "const at = document.activeElement;
                 if (at === document.body) return true;
                 if (!window.left.delete(at)) return window.left.size === 0;
                 const box = at.getBoundingClientRect(), style = getComputedStyle(at);
                 if (box.width === 0 || box.right < 0 || style.outlineStyle === 'none') window.unseen.push(at.outerHTML);
                 return false",
            );
            if is_back == Value::Bool(true) {
                break;
            }
        }
        let left = self.run("return [...window.left].map(element => element.outerHTML).concat(window.unseen)");
        left.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}
