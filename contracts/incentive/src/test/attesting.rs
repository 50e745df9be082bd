use soroban_sdk::{Vec, vec};

use super::{
    actors::signing_key,
    world::{BAD_SIGNATURE, Build, FIRST, World, code, plain},
};
use crate::{errors::Error, types::Attestation};

fn the_hub_speaks_once_of_an_hour(build: Build) {
    let mut w = World::new(build, plain);
    let node = w.join("a");
    w.go_to(FIRST + 1);
    assert_eq!(code(w.attest(&node, FIRST, 9000, 1, 1000)), Error::NoProof);
    w.submit(&node, FIRST, 1000).unwrap();
    w.attest(&node, FIRST, 9600, 50_000, 900).unwrap();
    assert_eq!(code(w.attest(&node, FIRST, 9600, 50_000, 900)), Error::AlreadyAttested);
    let view = w.proof_of(&node, FIRST).unwrap();
    assert_eq!((view.uptime_bp, view.latency_us, view.earning), (Some(9600), Some(50_000), Some(900)));
    assert_eq!((view.on_probation, view.in_time), (false, true));
    assert_eq!(view.gross, 90_000 * 115 / 100);
    assert_eq!(w.epoch(FIRST).total, 103_500);
}

fn only_the_hub_speaks(build: Build) {
    let mut w = World::new(build, plain);
    let node = w.join("a");
    w.go_to(FIRST + 1);
    w.submit(&node, FIRST, 1000).unwrap();
    let good = w.attestation(&node, FIRST, 9000, 7, 1000);
    let spoilt: [fn(&mut Attestation); 3] = [|a| a.uptime_bp += 1, |a| a.latency_us -= 1, |a| a.earning += 1];
    for spoil in spoilt {
        let mut a = good.clone();
        spoil(&mut a);
        let outcome = w.call::<()>("attest", (a.node, a.epoch, a.uptime_bp, a.latency_us, a.earning, a.signature));
        assert_eq!(outcome, Err(BAD_SIGNATURE));
    }
    w.hub = signing_key("somebody else");
    assert_eq!(w.attest(&node, FIRST, 9000, 7, 1000), Err(BAD_SIGNATURE));
}

fn an_attestation_is_for_one_hour(build: Build) {
    let mut w = World::new(build, plain);
    let node = w.join("a");
    w.go_to(FIRST + 2);
    w.submit(&node, FIRST, 1000).unwrap();
    w.submit(&node, FIRST + 1, 1000).unwrap();
    let a = w.attestation(&node, FIRST, 9000, 7, 1000);
    let outcome = w.call::<()>("attest", (a.node, FIRST + 1, a.uptime_bp, a.latency_us, a.earning, a.signature));
    assert_eq!(outcome, Err(BAD_SIGNATURE));
}

fn uptime_is_a_share(build: Build) {
    let mut w = World::new(build, plain);
    let node = w.join("a");
    w.go_to(FIRST + 1);
    w.submit(&node, FIRST, 1000).unwrap();
    assert_eq!(code(w.attest(&node, FIRST, 10_001, 7, 1000)), Error::BadUptime);
    w.attest(&node, FIRST, 10_000, 7, 1000).unwrap();
}

fn in_time_until_the_account_closes(build: Build) {
    let mut w = World::new(build, plain);
    let (a, b) = (w.join("a"), w.join("b"));
    w.go_to(FIRST + 1);
    w.submit(&a, FIRST, 1000).unwrap();
    w.submit(&b, FIRST, 1000).unwrap();
    // Settled two epochs after the end: FIRST + 3.
    w.go_to(FIRST + 2);
    assert!(!w.epoch(FIRST).settled);
    w.attest(&a, FIRST, 9000, u32::MAX, 1000).unwrap();
    w.go_to(FIRST + 3);
    assert!(w.epoch(FIRST).settled);
    w.attest(&b, FIRST, 9000, u32::MAX, 1000).unwrap();
    assert!(w.proof_of(&a, FIRST).unwrap().in_time);
    assert!(!w.proof_of(&b, FIRST).unwrap().in_time);
    assert_eq!(w.epoch(FIRST).total, 100_000);
}

fn nothing_is_said_of_a_paid_hour(build: Build) {
    let mut w = World::new(build, plain);
    let node = w.join("a");
    w.work(&node, FIRST, 1000);
    w.go_to(FIRST + 3);
    w.claim(&node, &[FIRST]).unwrap();
    assert_eq!(code(w.attest(&node, FIRST, 9000, 7, 1000)), Error::AlreadyPaid);
    assert_eq!(code(w.challenge(&node, FIRST)), Error::AlreadyPaid);
    assert_eq!(code(w.reveal(&node, FIRST, &[])), Error::AlreadyPaid);
    assert_eq!(code(w.forfeit(&node, FIRST)), Error::AlreadyPaid);
}

fn a_batch_goes_on_after_one_that_is_refused(build: Build) {
    let mut w = World::new(build, plain);
    let (a, b) = (w.join("a"), w.join("b"));
    w.go_to(FIRST + 1);
    w.submit(&a, FIRST, 1000).unwrap();
    w.submit(&b, FIRST, 1000).unwrap();
    let one = w.attestation(&a, FIRST, 9000, 7, 1000);
    let batch: Vec<Attestation> =
        vec![&w.env, one.clone(), one.clone(), w.attestation(&b, FIRST + 1, 9000, 7, 1000), w.attestation(&b, FIRST, 9000, 7, 1000)];
    let codes: Vec<u32> = w.call("attest_batch", (batch,)).unwrap();
    assert!(codes.iter().eq([0, Error::AlreadyAttested as u32, Error::NoProof as u32, 0]));
    let mut many = Vec::new(&w.env);
    (0..33).for_each(|_| many.push_back(one.clone()));
    assert_eq!(code(w.call::<Vec<u32>>("attest_batch", (many,))), Error::TooMany);
}

on_both!(
    the_hub_speaks_once_of_an_hour,
    only_the_hub_speaks,
    an_attestation_is_for_one_hour,
    uptime_is_a_share,
    in_time_until_the_account_closes,
    nothing_is_said_of_a_paid_hour,
    a_batch_goes_on_after_one_that_is_refused,
);
