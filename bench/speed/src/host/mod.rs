//! What a deploy to one Docker host costs the requests that go on meanwhile, and what the proxy of a Service costs.

mod relay;
mod switch;

use crate::bench::Options;

/// What was measured on one host.
#[derive(Debug)]
pub struct Host {
    relay: Vec<relay::Point>,
    switch: Vec<switch::Point>,
}

/// Measures both, each on an engine of its own.
pub fn run(options: &Options) -> Host {
    Host { relay: relay::run(options), switch: switch::run(options) }
}

impl Host {
    /// The tables in Markdown, with what is compared.
    pub fn section(&self) -> String {
        let mut section = String::new();
        if !self.relay.is_empty() {
            section.push_str(RELAY);
            section.push_str(&relay::table(&self.relay));
        }
        if !self.switch.is_empty() {
            section.push_str(SWITCH);
            section.push_str(&switch::table(&self.switch));
        }
        section
    }
}

const RELAY: &str = "
## The proxy of a Service on one Docker host

A pod in a container of Debian's Docker engine, asked directly, through Landfall's proxy, and through Debian's nginx as a TCP proxy with
its default number of workers, in turn. Times at 200 requests a second over kept connections; requests a second over 32 connections
at once, kept and new; one long answer after the other over two connections. Memory of the container after all that, as
`docker stats` has it.

";

const SWITCH: &str = "
## Requests during switch-overs on one Docker host

Another image tag every 26 seconds, deployed by `landfall deploy` (a Deployment of two pods behind a Service with a port of the host),
while 200 requests a second go on: HTTP and lines over plain TCP, over kept connections and each over a new one. Connections of
plain TCP that never end are cut when the pod's `terminationGracePeriodSeconds` (5) are over; a request on such a connection is sent
again on a new one, as for every server that closes a connection that idles. Beside it the same change by Debian's
`docker-compose up --detach`, of one container: compose cannot publish a port for two.

";
