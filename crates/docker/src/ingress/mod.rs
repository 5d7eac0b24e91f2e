//! The HTTP entry of an environment: one container of Landfall's image for all its Ingresses, that sends requests to
//! Services by host and path, with TLS from Secrets.
//!
//! It publishes port 80 of the host, and 443 if an Ingress has TLS; the annotations `landfall.dev/http-port` and
//! `landfall.dev/https-port` of an Ingress choose others, for all of the environment.

mod config;
mod make;
mod ports;

pub use make::{drift, ensure};
pub use ports::{HTTP_PORT, HTTPS_PORT, Ports, ports};
