//! What every target does, whatever it is: the same stories on a real cluster and on a real Docker engine, told and judged
//! in the same words.
//!
//! A story is a function of a [`place::Place`]; [`on_both`] makes two tests of it. What differs is only how a test
//! looks for itself at what runs and at what was written.

pub mod place;

/// Makes two tests of each story: `cluster` and `engine`.
macro_rules! on_both {
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
