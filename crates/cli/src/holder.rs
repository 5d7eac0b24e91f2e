//! Who deploys.

/// Who deploys, for the timeline: `alice@laptop`.
pub fn user_and_host() -> String {
    let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "somebody".to_owned());
    let host =
        std::fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| std::fs::read_to_string("/etc/hostname"));
    let host = host.map_or_else(|_| "unknown host".to_owned(), |host| host.trim().to_owned());
    format!("{user}@{host}")
}

/// Who deploys, for whoever waits for the lock: `alice@laptop (process 4711)`.
pub fn holder() -> String {
    format!("{} (process {})", user_and_host(), std::process::id())
}
