//! The program as containers run it: real processes, real sockets.

mod agent;
mod ingress;
mod names;
mod pause;
mod service;
mod support;
mod switch_over;
mod udp;
