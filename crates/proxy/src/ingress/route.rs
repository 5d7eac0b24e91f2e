//! Which Service a request goes to, as the Ingress API says it.

use crate::config::{Backend, PathType, Rule};

/// The rules, in the order in which they are looked at.
#[derive(Default)]
pub(super) struct Routes {
    rules: Vec<Rule>,
    default: Option<Backend>,
}

impl Routes {
    pub(super) fn new(mut rules: Vec<Rule>, default: Option<Backend>) -> Self {
        for rule in &mut rules {
            if let Some(host) = &mut rule.host {
                host.make_ascii_lowercase();
            }
            if rule.path.is_empty() {
                "/".clone_into(&mut rule.path);
            }
        }
        // Stable: of equals the first one stays first.
        rules.sort_by_key(|rule| {
            let host = match &rule.host {
                Some(host) if !host.starts_with("*.") => 0,
                Some(_) => 1,
                None => 2,
            };
            let path = rule.path.trim_end_matches('/').len();
            (host, std::cmp::Reverse(path), rule.path_type != PathType::Exact)
        });
        Self { rules, default }
    }

    /// The Service for a host (without port) and a path (without query).
    pub(super) fn find(&self, host: &str, path: &str) -> Option<&Backend> {
        let host = host.to_ascii_lowercase();
        let fits =
            |rule: &&Rule| rule.host.as_deref().is_none_or(|wanted| is_host(wanted, &host)) && is_path(rule, path);
        // Once a host has rules of its own, those for any host still serve its other paths.
        self.rules.iter().find(fits).map(|rule| &rule.backend).or(self.default.as_ref())
    }
}

/// `*.example.com` stands for exactly one label more.
pub(super) fn is_host(wanted: &str, host: &str) -> bool {
    match wanted.strip_prefix('*') {
        Some(suffix) => host.strip_suffix(suffix).is_some_and(|label| !label.is_empty() && !label.contains('.')),
        None => wanted == host,
    }
}

fn is_path(rule: &Rule, path: &str) -> bool {
    match rule.path_type {
        PathType::Exact => rule.path == path,
        PathType::Prefix | PathType::ImplementationSpecific => {
            let prefix = rule.path.trim_end_matches('/');
            path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(host: Option<&str>, path: &str, path_type: PathType, service: &str) -> Rule {
        let backend = Backend { service: service.to_owned(), host: service.to_owned(), port: 80 };
        Rule { host: host.map(str::to_owned), path: path.to_owned(), path_type, backend }
    }

    /// The examples in the documentation of Kubernetes' Ingress, "Path types" and "Hostname wildcards".
    #[test]
    fn paths_and_hosts_match_as_documented() {
        use PathType::{Exact, Prefix};
        let cases = [
            (Prefix, "/", "/anything", true),
            (Exact, "/foo", "/foo", true),
            (Exact, "/foo", "/bar", false),
            (Exact, "/foo", "/foo/", false),
            (Exact, "/foo/", "/foo", false),
            (Prefix, "/foo", "/foo", true),
            (Prefix, "/foo", "/foo/", true),
            (Prefix, "/foo/", "/foo", true),
            (Prefix, "/foo/", "/foo/", true),
            (Prefix, "/aaa/bb", "/aaa/bbb", false),
            (Prefix, "/aaa/bbb", "/aaa/bbb", true),
            (Prefix, "/aaa/bbb/", "/aaa/bbb", true),
            (Prefix, "/aaa/bbb", "/aaa/bbb/", true),
            (Prefix, "/aaa/bbb", "/aaa/bbb/ccc", true),
            (Prefix, "/aaa/bbb", "/aaa/bbbxyz", false),
        ];
        for (path_type, wanted, path, fits) in cases {
            let routes = Routes::new(vec![rule(None, wanted, path_type, "web")], None);
            assert_eq!(routes.find("a", path).is_some(), fits, "{path_type:?} {wanted} {path}");
        }
        let hosts = [("bar.foo.com", true), ("baz.bar.foo.com", false), ("foo.com", false), (".foo.com", false)];
        for (host, fits) in hosts {
            assert_eq!(is_host("*.foo.com", host), fits, "{host}");
        }
    }

    #[test]
    fn the_most_particular_rule_wins() {
        let routes = Routes::new(
            vec![
                rule(None, "/", PathType::Prefix, "any"),
                rule(None, "/only-any", PathType::Prefix, "any-path"),
                rule(Some("*.example.com"), "/", PathType::Prefix, "wild"),
                rule(Some("Shop.example.com"), "", PathType::Prefix, "shop"),
                rule(Some("shop.example.com"), "/cart", PathType::Prefix, "cart"),
                rule(Some("shop.example.com"), "/cart", PathType::Exact, "cart-itself"),
                rule(Some("shop.example.com"), "/cart/pay", PathType::ImplementationSpecific, "pay"),
                rule(Some("api.example.com"), "/v1", PathType::Prefix, "api"),
            ],
            None,
        );
        let cases = [
            ("shop.example.com", "/", "shop"),
            ("SHOP.example.com", "/cart", "cart-itself"),
            ("shop.example.com", "/cart/1", "cart"),
            ("shop.example.com", "/cart/pay", "pay"),
            ("blog.example.com", "/cart", "wild"),
            ("api.example.com", "/v1/x", "api"),
            ("api.example.com", "/v2", "wild"),
            ("other.org", "/only-any/x", "any-path"),
            ("other.org", "/x", "any"),
        ];
        for (host, path, service) in cases {
            assert_eq!(routes.find(host, path).map(|backend| backend.service.as_str()), Some(service), "{host} {path}");
        }
    }
}
