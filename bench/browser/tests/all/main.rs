//! The browser sees what a person sees.

#![allow(clippy::unwrap_used, reason = "a test")]

use landfall_bench_browser::{Browser, Eyes};

const PAGE: &str = "data:text/html,<html lang=en><title>A</title><main><h1>Head</h1><img src=x><a href=x>go</a>\
                    <div id=w style='width:500px'>wide</div></main>\
                    <script>document.title = 'B'</script></html>";

#[test]
fn what_is_wrong_with_a_page_is_found() {
    let browser = Browser::open(&Eyes::narrow());
    browser.visit(PAGE);
    assert_eq!(browser.run("return document.title"), "B");
    assert!(browser.overflow() > 100, "a page that is too wide");
    let found = browser.violations();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("image-alt: "), "{found:#?}");
    assert_eq!(browser.out_of_reach(), Vec::<String>::new());
    browser.run("document.querySelector('a').tabIndex = -1");
    assert_eq!(browser.out_of_reach().len(), 1);
}

#[test]
fn eyes_are_as_they_are_asked_for() {
    let browser = Browser::open(&Eyes::default().in_the_dark().without_scripts());
    browser.visit(PAGE);
    assert_eq!(browser.run("return document.title"), "A", "no script of the page ran");
    assert_eq!(browser.run("return matchMedia('(prefers-color-scheme: dark)').matches"), true);
    assert_eq!(browser.run("return innerWidth"), 1440);
}
