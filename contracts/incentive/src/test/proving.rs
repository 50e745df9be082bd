use soroban_sdk::{Vec, vec};

use super::{
    messages::sha,
    world::{BAD_SIGNATURE, Build, FIRST, World, code, plain},
};
use crate::{
    errors::Error,
    types::{Proof, Status},
};

fn an_hour_is_proved_once(build: Build) {
    let mut w = World::new(build, |_| {});
    let node = w.join("a");
    w.go_to(FIRST + 1);
    w.submit(&node, FIRST, 500).unwrap();
    assert_eq!(code(w.submit(&node, FIRST, 500)), Error::AlreadyProved);
    assert_eq!(code(w.submit(&node, FIRST, 501)), Error::AlreadyProved);
    let view = w.proof_of(&node, FIRST).unwrap();
    assert_eq!((view.packet_count, view.accepted, view.status), (500, FIRST + 1, Status::Open));
    assert_eq!((view.seed, view.must_reveal, view.deadline), (None, false, None));
    // Another node's hour is another matter.
    let other = w.join("b");
    w.submit(&other, FIRST, 500).unwrap();
}

fn an_hour_that_runs_is_not_proved(build: Build) {
    let mut w = World::new(build, |_| {});
    let node = w.join("a");
    w.go_to(FIRST + 5);
    assert_eq!(code(w.submit(&node, FIRST + 5, 1)), Error::NotOver);
    assert_eq!(code(w.submit(&node, FIRST + 6, 1)), Error::NotOver);
    assert_eq!(code(w.submit(&node, u32::MAX, 1)), Error::NotOver);
    w.submit(&node, FIRST + 4, 1).unwrap();
}

fn a_week_back_is_taken_and_no_more(build: Build) {
    let mut w = World::new(build, |_| {});
    let node = w.join("a");
    w.go_to(FIRST + 200);
    assert_eq!(code(w.submit(&node, FIRST + 31, 1)), Error::TooOld);
    w.submit(&node, FIRST + 32, 1).unwrap();
    assert_eq!(code(w.submit(&node, 0, 1)), Error::TooOld);
}

fn any_second_of_the_hour_names_it(build: Build) {
    let mut w = World::new(build, |_| {});
    let node = w.join("a");
    w.go_to(FIRST + 2);
    let start = w.start_of(FIRST);
    for (seconds, taken) in [(3599, Ok(())), (0, Err(Error::AlreadyProved)), (3600, Ok(()))] {
        let root = sha(b"r");
        let message = w.domain.proof(&node.bytes(), 3, start + seconds, &root);
        let mut proof = w.proof(&node, FIRST, 3, root);
        proof.timestamp = start + seconds;
        proof.signature = super::actors::sign(&w.env, &node.key, &message);
        let outcome = w.call::<()>("submit_proof", (proof,));
        assert_eq!(outcome.map_err(|fault| code::<()>(Err(fault))), taken);
    }
    assert!(w.proof_of(&node, FIRST + 1).is_some());
}

fn a_timestamp_beyond_all_epochs_is_not_over(build: Build) {
    let mut w = World::new(build, |_| {});
    let node = w.join("a");
    let mut proof = w.proof(&node, FIRST, 3, sha(b"r"));
    proof.timestamp = u64::MAX;
    assert_eq!(code(w.call::<()>("submit_proof", (proof,))), Error::NotOver);
}

fn strangers_prove_nothing(build: Build) {
    let mut w = World::new(build, |_| {});
    let stranger = w.node("stranger");
    w.go_to(FIRST + 1);
    assert_eq!(code(w.submit(&stranger, FIRST, 1)), Error::NotRegistered);
}

fn every_field_is_signed(build: Build) {
    let mut w = World::new(build, |_| {});
    let (node, other) = (w.join("a"), w.join("b"));
    w.go_to(FIRST + 2);
    let good = w.proof(&node, FIRST, 100, sha(b"r"));
    let spoilt: [fn(&mut Proof, &Proof); 5] = [
        |p, _| p.packet_count += 1,
        |p, _| p.timestamp += 1,
        |p, other| p.merkle_root = other.merkle_root.clone(),
        |p, other| p.node = other.node.clone(),
        |p, other| p.signature = other.signature.clone(),
    ];
    let others = w.proof(&other, FIRST, 100, sha(b"s"));
    for spoil in spoilt {
        let mut proof = good.clone();
        spoil(&mut proof, &others);
        assert_eq!(w.call::<()>("submit_proof", (proof,)), Err(BAD_SIGNATURE));
    }
    w.call::<()>("submit_proof", (good,)).unwrap();
}

fn proofs_for_another_network_or_contract_are_none(build: Build) {
    let mut w = World::new(build, |_| {});
    let node = w.join("a");
    w.go_to(FIRST + 1);
    let here = w.domain;
    w.domain.network[0] ^= 1;
    assert_eq!(w.submit(&node, FIRST, 1), Err(BAD_SIGNATURE));
    w.domain = here;
    w.domain.contract[0] ^= 1;
    assert_eq!(w.submit(&node, FIRST, 1), Err(BAD_SIGNATURE));
}

fn counts_that_nobody_can_carry_are_refused(build: Build) {
    let mut w = World::new(build, |_| {});
    let node = w.join("a");
    w.go_to(FIRST + 2);
    assert_eq!(code(w.submit(&node, FIRST, 1 << 32)), Error::TooManyPackets);
    assert_eq!(code(w.submit(&node, FIRST, u64::MAX)), Error::TooManyPackets);
    w.submit(&node, FIRST, (1 << 32) - 1).unwrap();
    w.submit(&node, FIRST + 1, 0).unwrap();
}

fn a_batch_goes_on_after_one_that_is_refused(build: Build) {
    let mut w = World::new(build, |_| {});
    let (a, b, stranger) = (w.join("a"), w.join("b"), w.node("stranger"));
    w.go_to(FIRST + 2);
    let root = sha(b"r");
    let batch: Vec<Proof> = vec![
        &w.env,
        w.proof(&a, FIRST, 1, root),
        w.proof(&a, FIRST, 1, root),
        w.proof(&stranger, FIRST, 1, root),
        w.proof(&a, FIRST + 2, 1, root),
        w.proof(&b, FIRST, 2, root),
        w.proof(&b, FIRST + 1, 3, root),
    ];
    let codes: Vec<u32> = w.call("submit_batch", (batch,)).unwrap();
    let expected = [0, Error::AlreadyProved as u32, Error::NotRegistered as u32, Error::NotOver as u32, 0, 0];
    assert!(codes.iter().eq(expected));
    assert_eq!(w.proof_of(&b, FIRST + 1).unwrap().packet_count, 3);
}

fn a_bad_signature_ends_a_batch_whole(build: Build) {
    let mut w = World::new(build, |_| {});
    let (a, b) = (w.join("a"), w.join("b"));
    w.go_to(FIRST + 2);
    let good = w.proof(&a, FIRST, 1, sha(b"r"));
    let mut bad = w.proof(&b, FIRST, 1, sha(b"r"));
    bad.packet_count = 2;
    let batch = vec![&w.env, good, bad];
    assert_eq!(w.call::<Vec<u32>>("submit_batch", (batch,)), Err(BAD_SIGNATURE));
    assert_eq!(w.proof_of(&a, FIRST), None);
}

fn batches_are_bounded(build: Build) {
    let mut w = World::new(build, plain);
    let node = w.join("a");
    w.go_to(FIRST + 40);
    let mut batch = Vec::new(&w.env);
    for epoch in FIRST..FIRST + 33 {
        batch.push_back(w.proof(&node, epoch, 10, sha(b"r")));
    }
    assert_eq!(code(w.call::<Vec<u32>>("submit_batch", (batch.clone(),))), Error::TooMany);
    batch.pop_back();
    let codes: Vec<u32> = w.call("submit_batch", (batch,)).unwrap();
    assert!(codes.len() == 32 && codes.iter().all(|code| code == 0));
}

fn epochs_of_test_networks_are_shorter(build: Build) {
    let mut w = World::with_epoch_seconds(build, 10, |_| {});
    let node = w.join("a");
    w.go_to(FIRST + 1);
    w.submit(&node, FIRST, 5).unwrap();
    assert_eq!(code(w.submit(&node, FIRST + 1, 5)), Error::NotOver);
}

on_both!(
    an_hour_is_proved_once,
    an_hour_that_runs_is_not_proved,
    a_week_back_is_taken_and_no_more,
    any_second_of_the_hour_names_it,
    a_timestamp_beyond_all_epochs_is_not_over,
    strangers_prove_nothing,
    every_field_is_signed,
    proofs_for_another_network_or_contract_are_none,
    counts_that_nobody_can_carry_are_refused,
    a_batch_goes_on_after_one_that_is_refused,
    a_bad_signature_ends_a_batch_whole,
    batches_are_bounded,
    epochs_of_test_networks_are_shorter,
);
