use soroban_sdk::BytesN;

use super::world::{Build, FIRST, World, code};
use crate::{chain::STEPS_MAX, errors::Error, types::Chain};

fn chain(w: &mut World) -> Chain {
    w.call("chain", ()).unwrap()
}

fn values_come_with_their_epochs(build: Build) {
    let mut w = World::new(build, |_| {});
    assert_eq!(code(w.publish(FIRST + 1)), Error::NotYet);
    assert_eq!(code(w.publish(FIRST)), Error::AlreadyKnown);
    w.go_to(FIRST + 1);
    w.publish(FIRST + 1).unwrap();
    assert_eq!(code(w.publish(FIRST + 1)), Error::AlreadyKnown);
    assert_eq!(chain(&mut w).epoch, FIRST + 1);
    let epoch = w.epoch(FIRST + 1);
    assert_eq!((epoch.value.unwrap().to_array(), epoch.known, epoch.drawn), (w.chain.value(FIRST + 1), FIRST + 1, false));
}

fn every_value_in_between_is_kept(build: Build) {
    let mut w = World::new(build, |_| {});
    w.go_to(FIRST + 100);
    assert_eq!(code(w.publish(FIRST + STEPS_MAX + 1)), Error::TooFar);
    w.publish(FIRST + STEPS_MAX).unwrap();
    for epoch in FIRST + 1..=FIRST + STEPS_MAX {
        let view = w.epoch(epoch);
        assert_eq!((view.value.unwrap().to_array(), view.known), (w.chain.value(epoch), FIRST + 100));
    }
    assert_eq!(w.epoch(FIRST + STEPS_MAX + 1).value, None);
    // A hub that was away longer catches up in steps.
    w.publish(FIRST + STEPS_MAX + 20).unwrap();
    assert_eq!(chain(&mut w).epoch, FIRST + STEPS_MAX + 20);
}

fn other_values_are_refused_whole(build: Build) {
    let mut w = World::new(build, |_| {});
    w.go_to(FIRST + 9);
    let wrong = BytesN::from_array(&w.env, &[9; 32]);
    assert_eq!(code(w.call::<()>("publish", (FIRST + 3, wrong))), Error::ChainMismatch);
    // A value of the chain, but for another epoch.
    let shifted = BytesN::from_array(&w.env, &w.chain.value(FIRST + 4));
    assert_eq!(code(w.call::<()>("publish", (FIRST + 3, shifted))), Error::ChainMismatch);
    assert_eq!(w.epoch(FIRST + 3).value, None);
    assert_eq!(chain(&mut w).epoch, FIRST);
}

fn the_ledger_draws_when_the_hub_is_silent_for_a_week(build: Build) {
    let mut w = World::new(build, |_| {});
    w.go_to(FIRST + 169);
    assert_eq!(code(w.call::<()>("draw", (FIRST + 2,))), Error::HubNotSilent);
    w.call::<()>("draw", (FIRST + 1,)).unwrap();
    let first = w.epoch(FIRST + 1);
    assert!(first.drawn && first.known == FIRST + 169);
    // The first draw stands, for everybody.
    assert_eq!(code(w.call::<()>("draw", (FIRST + 1,))), Error::AlreadyKnown);
    assert_eq!(w.epoch(FIRST + 1), first);
    assert_eq!(code(w.call::<()>("draw", (u32::MAX,))), Error::HubNotSilent);
}

fn a_hub_that_comes_back_does_not_change_what_was_drawn(build: Build) {
    let mut w = World::new(build, |_| {});
    w.go_to(FIRST + 172);
    w.call::<()>("draw", (FIRST + 2,)).unwrap();
    let drawn = w.epoch(FIRST + 2);
    w.publish(FIRST + 3).unwrap();
    assert_eq!(w.epoch(FIRST + 2), drawn);
    assert_ne!(drawn.value.unwrap().to_array(), w.chain.value(FIRST + 2));
    assert_eq!(w.epoch(FIRST + 1).value.unwrap().to_array(), w.chain.value(FIRST + 1));
    assert_eq!(code(w.call::<()>("draw", (FIRST + 1,))), Error::AlreadyKnown);
}

on_both!(
    values_come_with_their_epochs,
    every_value_in_between_is_kept,
    other_values_are_refused_whole,
    the_ledger_draws_when_the_hub_is_silent_for_a_week,
    a_hub_that_comes_back_does_not_change_what_was_drawn,
);
