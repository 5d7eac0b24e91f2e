//! The ways in which deploy tools have deleted the wrong thing, on a real API server.

mod approval;
mod children;
mod definitions;
mod environments;
mod interrupted;
mod moved;
mod namespaces;
mod opt_out;
mod people;
mod scope;
mod share;
mod unread;
mod unseen;
