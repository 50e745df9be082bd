//! The contract in the real host, each scenario twice: as Rust, and as the wasm that is committed.
#![allow(clippy::unwrap_used)]

/// Every scenario is a function of how the contract is built.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod native {
            $(#[test] fn $name() { super::$name($crate::test::world::Build::Native) })+
        }
        mod wasm {
            $(#[test] fn $name() { super::$name($crate::test::world::Build::Wasm) })+
        }
    };
}

mod actors;
mod ledger;
mod messages;
mod record;
mod tree;
mod world;

mod attesting;
mod chaining;
mod claiming;
mod costs;
mod governing;
mod keeping;
mod openings;
mod properties;
mod proving;
mod registering;
mod revealing;
mod rewards;
mod scenarios;
mod shared_vectors;
mod surface;
