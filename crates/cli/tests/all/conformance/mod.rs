//! What every target does, whatever it is: the same stories on a real cluster, on a real Docker engine and on Podman, told
//! and judged in the same words.
//!
//! A story is a function of a [`place::Place`]; [`on_all`] makes three tests of it. What differs is only how a test
//! looks for itself at what runs and at what was written.

pub mod place;

/// Makes three tests of each story: `cluster`, `engine` and `podman`.
macro_rules! on_all {
    ($($story:ident),+ $(,)?) => {
        mod cluster {
            $(#[test]
            fn $story() {
                let Some(place) = crate::conformance::place::Place::cluster() else { return };
                insta::allow_duplicates! { super::$story(&place) }
            })+
        }
        mod engine {
            $(#[test]
            fn $story() {
                let Some(place) = crate::conformance::place::Place::engine() else { return };
                insta::allow_duplicates! { super::$story(&place) }
            })+
        }
        mod podman {
            $(#[test]
            fn $story() {
                let Some(place) = crate::conformance::place::Place::podman() else { return };
                insta::allow_duplicates! { super::$story(&place) }
            })+
        }
    };
}

mod changes;
mod guards;
mod interrupted;
mod never_ready;
mod rollback;
mod secrets;
mod side_by_side;
mod superseded;
