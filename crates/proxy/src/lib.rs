//! What runs beside the containers on a Docker host: the proxy of a Service, the HTTP entry of an environment, the agent of
//! a deploy, and the first process of a pod with several containers.
//!
//! It is the same program as Landfall itself, in an image of its own with nothing else in it. Landfall writes to it in the
//! lines of [`control`], and to its state folder in the shape of [`config`].

pub mod config;
pub mod control;
