//! Makes texts the same in every run: times, durations, ids of deploys and the machine's name.

/// Replaces what differs from run to run by something of the same width where columns depend on it.
pub fn steady(text: &str) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let text = text.replace(&format!("@{}", host.trim()), "@$HOST");
    let mut shown = String::new();
    let mut rest = text.as_str();
    let mut inside = false;
    while let Some(next) = rest.chars().next() {
        let found = if inside { None } else { recognize(rest) };
        let (length, by) = found.unwrap_or((next.len_utf8(), ""));
        inside = found.is_none() && next.is_ascii_alphanumeric();
        shown.push_str(if found.is_some() { by } else { &rest[..length] });
        rest = &rest[length..];
    }
    shown
}

/// What begins here, if it differs from run to run: its length, and what stands for it.
fn recognize(text: &str) -> Option<(usize, &'static str)> {
    shapes(text, "0000-00-00T00:00:00.000Z")
        .map(|length| (length, "[TIME]"))
        .or_else(|| shapes(text, "0000-00-00T00:00:00Z").map(|length| (length, "[TIME]")))
        .or_else(|| shapes(text, "00:00:00").map(|length| (length, "hh:mm:ss")))
        .or_else(|| seconds(text).map(|length| (length, "[N] s")))
        .or_else(|| id(text).map(|length| (length, "[ID]")))
        .or_else(|| numbered(text, "process ").map(|length| (length, "process [N]")))
        .or_else(|| pod(text).map(|length| (length, "pod [POD]")))
}

/// Whether the text begins with a shape in which `0` stands for any digit.
fn shapes(text: &str, shape: &str) -> Option<usize> {
    let fits = |(found, wanted): (u8, u8)| if wanted == b'0' { found.is_ascii_digit() } else { found == wanted };
    (text.len() >= shape.len() && text.bytes().zip(shape.bytes()).all(fits)).then_some(shape.len())
}

/// `1.2 s`
fn seconds(text: &str) -> Option<usize> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let fraction = text[whole..].strip_prefix('.').map_or(0, digits);
    let length = whole + usize::from(fraction > 0) + fraction;
    (whole > 0 && text[length..].starts_with(" s") && !text[length + 2..].starts_with(char::is_alphanumeric))
        .then_some(length + 2)
}

/// The id of a deploy: 26 letters and digits.
fn id(text: &str) -> Option<usize> {
    let length = text.bytes().take_while(u8::is_ascii_alphanumeric).count();
    (length == 26 && text.starts_with('0')).then_some(length)
}

/// `process 4711`
fn numbered(text: &str, word: &str) -> Option<usize> {
    let rest = text.strip_prefix(word)?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then_some(word.len() + digits)
}

/// `pod web-7cb4c465bb-5v47w`
fn pod(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("pod ")?;
    let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
    (rest[..length].matches('-').count() >= 2).then_some(4 + length)
}

#[test]
fn what_differs_is_replaced_and_nothing_else() {
    let text = "14:32:05  live, applied 2026-11-24T14:32:05.120Z after 1.2 s, 90 s, 3 sets by 01kdx0000000000000000000ab, 8fc7cfd";
    assert_eq!(steady(text), "hh:mm:ss  live, applied [TIME] after [N] s, [N] s, 3 sets by [ID], 8fc7cfd");
}
