//! Addresses that are not known before a container is created.

use std::net::IpAddr;

/// Stands for the pod's address until [`fill_in`]. No value of a manifest holds a NUL: no variable or argument could.
pub(super) const POD: &str = "\0pod\0";

/// Stands for the machine's address.
pub(super) const HOST: &str = "\0host\0";

/// Puts the addresses in their places; a text that asks for none stays as it is. `None` if one is asked for that is not
/// known.
pub(super) fn fill_in(text: &str, pod: Option<IpAddr>, host: Option<IpAddr>) -> Option<String> {
    let mut filled = text.to_owned();
    for (mark, address) in [(POD, pod), (HOST, host)] {
        if filled.contains(mark) {
            filled = filled.replace(mark, &address?.to_string());
        }
    }
    Some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_filled_in_where_they_are_asked_for() {
        let (pod, host) = (Some(IpAddr::from([10, 0, 0, 2])), Some(IpAddr::from([10, 0, 0, 1])));
        let text = format!("http://{POD}:80,{HOST}");
        assert_eq!(fill_in(&text, pod, host).as_deref(), Some("http://10.0.0.2:80,10.0.0.1"));
        assert_eq!(fill_in(&text, pod, None), None);
        assert_eq!(fill_in("plain", None, None).as_deref(), Some("plain"));
    }
}
