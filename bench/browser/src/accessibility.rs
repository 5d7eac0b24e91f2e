//! Whether everybody can use a page, as far as a program can tell.

use serde_json::Value;

use crate::{Browser, driver::axe};

/// What of WCAG 2 is asked for.
const RULES: &str = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], \
                     resultTypes: ['violations']}";

impl Browser {
    /// What axe-core finds wrong with the page: a sentence each, with the elements. The page must be allowed to run scripts.
    pub fn violations(&self) -> Vec<String> {
        self.run(&format!("{}\nreturn typeof axe", axe()));
        let script =
            format!("const done = arguments[0]; axe.run({RULES}).then(done, error => done({{error: String(error)}}))");
        let answer = self.runtime.block_on(self.page.execute_async(script, Vec::new())).unwrap().json().clone();
        assert!(answer["error"].is_null(), "axe-core does not run: {answer}");
        assert!(answer["violations"].is_array(), "axe-core does not answer: {answer}");
        answer["violations"].as_array().into_iter().flatten().map(sentence).collect()
    }
}

fn sentence(violation: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let nodes = violation["nodes"].as_array().into_iter().flatten();
    let elements: Vec<String> =
        nodes.map(|node| format!("\n  {} ({})", text(&node["html"]), text(&node["failureSummary"]))).collect();
    format!("{}: {}{}", text(&violation["id"]), text(&violation["help"]), elements.concat())
}
