//! The journal: the durable record of deploys, in SQLite or PostgreSQL.
//!
//! [`Journal::open`] opens or creates one at a [`Location`]. A deploy is recorded while it happens:
//!
//! ```text
//! begin -> interrupt_others -> planned -> first_write -> done, failed -> applied -> rollout, digests -> finish
//! ```
//!
//! Each write is one transaction and may be repeated: a process that was killed anywhere in this row is started again,
//! makes the same calls, and leaves the record of an undisturbed deploy. The reads answer what is live, since when, from
//! which revision and on whose order, now or at any time since the first entry.
//!
//! Whoever is to be told of it has a row in the outbox, written in the same transaction ([`Event`], [`Delivery`]).
//!
//! Values of Secrets never enter: the caller passes names of fields, images and sentences. Passwords of addresses never
//! come out: no message and no `Debug` has them.

mod begin;
mod deliveries;
mod delivery;
mod deploy;
mod deploys;
mod end_other;
mod error;
mod event;
mod fault;
mod find;
mod finish;
mod id;
mod journal;
mod lead;
mod location;
mod migrate;
mod newest;
mod object;
mod observation;
mod observe;
mod outbox;
mod place;
mod planned;
mod progress;
mod prune;
mod rollout;
mod rows;
mod service;
mod services;
mod sinks;
mod spans;
mod standing;
mod text;
mod time;
mod transaction;
mod words;
mod written;

pub use deliveries::Undelivered;
pub use delivery::{Delivery, DeliveryCounts, NextDelivery};
pub use deploy::{Begun, Deploy, Finished, NewDeploy, Record};
pub use deploys::{Counts, Filter, Page, Summary};
pub use error::{Error, Result};
pub use event::{Content, Event};
pub use id::DeployId;
pub use journal::Journal;
pub use lead::{Candidate, Election};
pub use location::Location;
pub use newest::Newer;
pub use object::{ImageChange, NewChange, NewImage, NewPlan, ObjectChange, RanDigest};
pub use observation::{NewObservation, Observation};
pub use place::Place;
pub use progress::{NewRollout, Rollout};
pub use service::{LiveAt, Service, ServiceImage};
pub use sinks::{DroppedSink, NewSink};
pub use standing::Standing;
pub use time::Time;
pub use words::{Cause, DeliveryState, EventKind, ObjectAction, ObjectState, Outcome, short_id};
