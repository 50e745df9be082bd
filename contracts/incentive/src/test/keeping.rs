//! What the ledger keeps, for how long, and that nothing is paid twice when it does not.
use std::{collections::BTreeSet, vec::Vec};

use proptest::prelude::*;
use soroban_sdk::testutils::storage::{Instance as _, Persistent as _, Temporary as _};

use super::{
    ledger,
    world::{Build, FIRST, World, code, plain},
};
use crate::{
    epochs::{self, Epoch},
    errors::Error,
    hours::{Attested, Hour, Hours, LAPSE_EPOCHS},
    nodes::Seen,
    storage::Key,
    types::Status,
};

fn hour(epoch: u32, status: Status) -> Hour {
    Hour { epoch, packet_count: 5, merkle_root: [7; 32], accepted: epoch + 1, status, challenged: None, attested: None }
}

#[test]
fn what_is_packed_comes_out_again() {
    let env = ledger::open();
    let word = Attested { uptime_bp: 10_000, latency_us: u32::MAX, earning: u64::from(u32::MAX), on_probation: true, in_time: false };
    let full = Hour {
        epoch: u32::MAX - 2_000,
        packet_count: u64::from(u32::MAX),
        merkle_root: [0xff; 32],
        accepted: u32::MAX - 2_000 + 168,
        status: Status::Forfeited,
        challenged: Some(u32::MAX - 2_000 + 168 + LAPSE_EPOCHS),
        attested: Some(word),
    };
    let mut hours = Hours::none(&env);
    for other in [hour(3, Status::Open), hour(4, Status::Cleared), full] {
        hours.add(0, &other).unwrap();
    }
    let (slot, full) = hours.find(u32::MAX - 2_000).unwrap();
    assert_eq!((slot, full.packet_count, full.merkle_root, full.accepted), (2, u64::from(u32::MAX), [0xff; 32], u32::MAX - 1_832));
    assert_eq!((full.status, full.challenged), (Status::Forfeited, Some(u32::MAX - 1_832 + LAPSE_EPOCHS)));
    let word = full.attested.unwrap();
    assert_eq!((word.uptime_bp, word.latency_us, word.earning), (10_000, u32::MAX, u64::from(u32::MAX)));
    assert_eq!((word.on_probation, word.in_time), (true, false));
    let (_, plain) = hours.find(3).unwrap();
    assert_eq!((plain.status, plain.challenged, plain.attested.is_none()), (Status::Open, None, true));
    assert_eq!(hours.find(4).unwrap().1.status, Status::Cleared);
    assert!(hours.find(6).is_none());
}

#[test]
fn a_slot_is_used_again_when_its_hour_is_closed_or_over() {
    let env = ledger::open();
    let mut hours = Hours::none(&env);
    for epoch in [10, 12, 11, 13] {
        hours.add(20, &hour(epoch, Status::Open)).unwrap();
    }
    hours.put(1, &hour(12, Status::Paid));
    hours.put(2, &hour(11, Status::Forfeited));
    hours.put(3, &hour(13, Status::Cleared));
    hours.add(20, &hour(14, Status::Open)).unwrap();
    assert!(hours.find(12).is_some() && hours.find(11).is_none());
    assert_eq!(hours.bytes().len(), 4 * 54);
    assert!(hours.find(10).is_some() && hours.find(13).is_some());
    hours.add(20, &hour(15, Status::Open)).unwrap();
    hours.add(20, &hour(16, Status::Open)).unwrap();
    assert_eq!(hours.bytes().len(), 5 * 54);
    // The oldest is over, so its slot is free.
    hours.add(11 + LAPSE_EPOCHS, &hour(17, Status::Open)).unwrap();
    assert!(hours.find(10).is_none() && hours.find(17).is_some());
    assert_eq!(hours.bytes().len(), 5 * 54);
}

#[test]
fn open_hours_are_bounded_and_a_backlog_gives_room_back() {
    let env = ledger::open();
    let mut hours = Hours::none(&env);
    for epoch in 0..256 {
        hours.add(300, &hour(epoch, Status::Open)).unwrap();
    }
    assert_eq!(hours.add(300, &hour(256, Status::Open)), Err(Error::TooManyOpen));
    for epoch in (0..256).filter(|epoch| *epoch != 200) {
        let (slot, _) = hours.find(epoch).unwrap();
        hours.put(slot, &hour(epoch, Status::Paid));
    }
    hours.trim(300);
    assert_eq!(hours.bytes().len(), 254 * 54);
    (0..100).for_each(|_| hours.trim(300));
    assert_eq!(hours.bytes().len(), 201 * 54);
    let (slot, _) = hours.find(200).unwrap();
    hours.put(slot, &hour(200, Status::Forfeited));
    (0..100).for_each(|_| hours.trim(300));
    assert_eq!(hours.bytes().len(), 48 * 54);
}

#[test]
fn epochs_of_a_day_do_not_touch_each_other() {
    let w = World::new(Build::Native, plain);
    w.env.as_contract(&w.id, || {
        for epoch in [FIRST + 30, FIRST, FIRST + 7, FIRST + 8, FIRST + 31, FIRST + 1] {
            let e =
                Epoch { value: Some(soroban_sdk::BytesN::from_array(&w.env, &[epoch as u8; 32])), total: epoch.into(), ..Epoch::default() };
            epochs::set(&w.env, FIRST, epoch, &e);
        }
        for epoch in FIRST - 30..FIRST + 60 {
            let kept = epochs::get(&w.env, epoch);
            let was_set = [0, 1, 7, 8, 30, 31].iter().any(|after| FIRST + after == epoch);
            assert_eq!((kept.value.is_some(), kept.total), (was_set, if was_set { epoch.into() } else { 0 }), "epoch {epoch}");
        }
    });
}

/// An hour is proved once, even after its slot was given to another.
fn a_proof_does_not_come_back_when_its_slot_is_used(build: Build) {
    let mut w = World::new(build, plain);
    let node = w.join("a");
    w.work(&node, FIRST, 1000);
    w.go_to(FIRST + 3);
    w.claim(&node, &[FIRST]).unwrap();
    w.submit(&node, FIRST + 2, 500).unwrap();
    assert_eq!(w.proof_of(&node, FIRST), None);
    assert_eq!(code(w.submit(&node, FIRST, 1000)), Error::AlreadyProved);
    assert_eq!(code(w.claim(&node, &[FIRST])), Error::NoProof);
    // On the last epoch in which it would be taken.
    w.go_to(FIRST + 168);
    assert_eq!(code(w.submit(&node, FIRST, 1000)), Error::AlreadyProved);
    w.go_to(FIRST + 169);
    assert_eq!(code(w.submit(&node, FIRST, 1000)), Error::TooOld);
}

fn an_hour_that_nobody_claims_is_over_after_forty_days(build: Build) {
    let mut w = World::new(build, plain);
    let (a, b) = (w.join("a"), w.join("b"));
    w.work(&a, FIRST, 1000);
    w.work(&b, FIRST, 1000);
    w.go_to(FIRST + 1 + LAPSE_EPOCHS - 1);
    assert_eq!(w.claim(&a, &[FIRST]), Ok(100_000));
    w.go_to(FIRST + 1 + LAPSE_EPOCHS);
    assert_eq!(code(w.claim(&b, &[FIRST])), Error::Lapsed);
    assert_eq!(code(w.challenge(&b, FIRST)), Error::Lapsed);
    assert_eq!(code(w.forfeit(&b, FIRST)), Error::Lapsed);
    assert_eq!(code(w.attest(&b, FIRST, 9000, 1, 1)), Error::Lapsed);
    assert_eq!(code(w.call::<()>("draw", (1u32,))), Error::Lapsed);
}

fn entries_live_as_long_as_hours_need_them(build: Build) {
    let mut w = World::new(build, plain);
    let node = w.join("a");
    w.go_to(FIRST + 1);
    w.submit(&node, FIRST, 1000).unwrap();
    w.attest(&node, FIRST, 9000, 1, 1000).unwrap();
    // Another node may prove the same hour a week later, and claim 40 days after that; 720 ledgers an hour.
    let day_lives = w.env.as_contract(&w.id, || w.env.storage().temporary().get_ttl(&Key::Day(FIRST / 24)));
    assert!(day_lives >= (168 + LAPSE_EPOCHS) * 720);
    let (node_lives, instance_lives) = w
        .env
        .as_contract(&w.id, || (w.env.storage().persistent().get_ttl(&Key::Node(node.id.clone())), w.env.storage().instance().get_ttl()));
    assert!(node_lives >= 518_400 && instance_lives >= 518_400);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Against a set, in any order within what is still accepted.
    #[test]
    fn seen_epochs_are_a_set(steps in prop::collection::vec((0u32..200, 1u32..=168), 1..60)) {
        let mut seen = Seen::default();
        let mut model = BTreeSet::new();
        let mut now = 500_000;
        for (pass, ago) in steps {
            now += pass;
            let epoch = now - ago;
            prop_assert_eq!(seen.has(epoch), model.contains(&epoch));
            seen.add(epoch);
            model.insert(epoch);
            let wrong: Vec<u32> = (now - 168..now).filter(|e| seen.has(*e) != model.contains(e)).collect();
            prop_assert_eq!(wrong, Vec::<u32>::new());
        }
    }
}

on_both!(
    a_proof_does_not_come_back_when_its_slot_is_used,
    an_hour_that_nobody_claims_is_over_after_forty_days,
    entries_live_as_long_as_hours_need_them,
);
