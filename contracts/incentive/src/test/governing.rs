use std::{format, vec::Vec};

use soroban_sdk::BytesN;

use super::{
    actors::{HashChain, Node, signing_key},
    world::{BAD_SIGNATURE, Build, FIRST, World, code, defaults, plain},
};
use crate::{
    errors::Error,
    types::{Change, HubChange, Params},
};

fn rate(stroops: u32) -> Change {
    Change::Params(Params { stroops_per_1000: stroops, audit_bp: 0, probation_epochs: 0, ..defaults() })
}

fn joined(w: &mut World, count: usize) -> Vec<Node> {
    (0..count).map(|i| w.join(&format!("node {i}"))).collect()
}

/// Voting 72 epochs, timelock 24: executable 96 after the proposal.
fn a_vote_changes_what_is_paid(build: Build) {
    let mut w = World::new(build, plain);
    let nodes = joined(&mut w, 10);
    assert_eq!(w.propose(&nodes[0], 2, &rate(200_000)), Ok(1));
    let proposal = w.proposal(1).unwrap();
    assert_eq!((proposal.eligible, proposal.needed, proposal.period, proposal.registered), (10, 3, None, 10));
    assert_eq!((proposal.voting_ends, proposal.executable_from), (FIRST + 72, FIRST + 96));
    for node in &nodes[..3] {
        w.vote(1, node, true).unwrap();
    }
    w.go_to(FIRST + 95);
    assert_eq!(code(w.execute(1)), Error::TooEarly);
    w.go_to(FIRST + 96);
    w.execute(1).unwrap();
    assert_eq!(code(w.execute(1)), Error::AlreadyExecuted);

    // The running epoch is still paid by the former rules, and so is whatever is proved late of it.
    assert_eq!(w.params(FIRST + 96).stroops_per_1000, 100_000);
    assert_eq!(w.params(FIRST + 97).stroops_per_1000, 200_000);
    for (epoch, stroops) in [(FIRST + 95, 100_000), (FIRST + 96, 100_000), (FIRST + 97, 200_000)] {
        w.go_to(epoch.max(FIRST + 98) + 1);
        w.submit(&nodes[0], epoch, 1000).unwrap();
        w.attest(&nodes[0], epoch, 9000, u32::MAX, 1000).unwrap();
        assert_eq!(w.proof_of(&nodes[0], epoch).unwrap().gross, stroops, "epoch {epoch}");
    }
}

fn an_hour_that_was_accepted_keeps_its_rules(build: Build) {
    let mut w = World::new(build, plain);
    let nodes = joined(&mut w, 1);
    w.propose(&nodes[0], 2, &rate(200_000)).unwrap();
    w.vote(1, &nodes[0], true).unwrap();
    w.go_to(FIRST + 96);
    w.submit(&nodes[0], FIRST + 95, 1000).unwrap();
    w.execute(1).unwrap();
    w.go_to(FIRST + 98);
    for epoch in [FIRST + 32, FIRST + 64, FIRST + 96, FIRST + 97] {
        w.publish(epoch).unwrap();
    }
    w.attest(&nodes[0], FIRST + 95, 9000, u32::MAX, 1000).unwrap();
    assert_eq!(w.claim(&nodes[0], &[FIRST + 95]), Ok(100_000));
}

fn a_quorum_is_needed_and_a_majority(build: Build) {
    for (yes, no, expected) in [
        (0, 0, Some(Error::NoQuorum)),
        (2, 0, Some(Error::NoQuorum)),
        (1, 1, Some(Error::NoQuorum)),
        (3, 0, None),
        (2, 1, None),
        (1, 2, Some(Error::Rejected)),
        (2, 2, Some(Error::Rejected)),
        (3, 2, None),
        (0, 10, Some(Error::Rejected)),
    ] {
        let mut w = World::new(build, plain);
        let nodes = joined(&mut w, 10);
        w.propose(&nodes[9], 2, &rate(1)).unwrap();
        nodes[..yes].iter().for_each(|node| w.vote(1, node, true).unwrap());
        nodes[yes..yes + no].iter().for_each(|node| w.vote(1, node, false).unwrap());
        w.go_to(FIRST + 96);
        let outcome = w.execute(1).err().map(|fault| code::<()>(Err(fault)));
        assert_eq!(outcome, expected, "{yes} for, {no} against");
    }
}

/// 11 nodes at 30 percent are 3.3: four.
fn a_quorum_is_rounded_up(build: Build) {
    let mut w = World::new(build, plain);
    let nodes = joined(&mut w, 11);
    w.propose(&nodes[0], 2, &rate(1)).unwrap();
    assert_eq!(w.proposal(1).unwrap().needed, 4);
}

fn one_vote_each_in_its_time(build: Build) {
    let mut w = World::new(build, plain);
    let nodes = joined(&mut w, 4);
    assert_eq!(code(w.vote(1, &nodes[0], true)), Error::NoProposal);
    w.propose(&nodes[0], 2, &rate(1)).unwrap();
    w.vote(1, &nodes[0], true).unwrap();
    assert_eq!(code(w.vote(1, &nodes[0], true)), Error::AlreadyVoted);
    assert_eq!(code(w.vote(1, &nodes[0], false)), Error::AlreadyVoted);
    w.go_to(FIRST + 71);
    w.vote(1, &nodes[1], false).unwrap();
    w.go_to(FIRST + 72);
    assert_eq!(code(w.vote(1, &nodes[2], true)), Error::VotingOver);
    let proposal = w.proposal(1).unwrap();
    assert_eq!((proposal.yes, proposal.no), (1, 1));
}

fn a_vote_is_signed_by_its_node(build: Build) {
    let mut w = World::new(build, plain);
    let nodes = joined(&mut w, 4);
    w.propose(&nodes[0], 2, &rate(1)).unwrap();
    let forged = Node { id: nodes[1].id.clone(), ..nodes[2].clone() };
    assert_eq!(w.vote(1, &forged, true), Err(BAD_SIGNATURE));
    // A yes does not count as a no, nor for another proposal.
    let signature = super::actors::sign(&w.env, &nodes[1].key, &w.domain.vote(&nodes[1].bytes(), 1, true));
    let turned = w.call::<()>("vote", (1u32, nodes[1].id.clone(), false, signature.clone()));
    assert_eq!(turned, Err(BAD_SIGNATURE));
    w.propose(&nodes[1], 2, &rate(2)).unwrap();
    let elsewhere = w.call::<()>("vote", (2u32, nodes[1].id.clone(), true, signature));
    assert_eq!(elsewhere, Err(BAD_SIGNATURE));
}

fn who_comes_after_the_proposal_has_no_vote_on_it(build: Build) {
    let mut w = World::new(build, plain);
    let nodes = joined(&mut w, 2);
    w.propose(&nodes[0], 2, &rate(1)).unwrap();
    let late = w.join("late");
    assert_eq!(code(w.vote(1, &late, true)), Error::NotEligible);
    assert_eq!(code(w.vote(1, &w.node("stranger"), true)), Error::NotRegistered);
}

/// Four nodes proved hours past probation in the week before, one did not, one is on probation, one was caught.
fn in_an_older_community_those_vote_who_take_part(build: Build) {
    let mut w = World::new(build, |p| p.audit_bp = 10_000);
    // The first complete week begins with FIRST rounded up: 1008.
    let week = 1_008;
    let nodes = joined(&mut w, 6);
    w.go_to(week + 168 - 50);
    let young = w.join("young");
    w.go_to(week + 168 + 1);
    // Past probation, and in the week 1176..1344.
    for node in nodes[..4].iter().chain([&young]) {
        w.submit(node, week + 168, 10).unwrap();
    }
    w.submit(&nodes[5], week + 168, 10).unwrap();
    for epoch in (FIRST + 32..week + 172).step_by(32).chain([week + 170]) {
        w.go_to((week + 170).max(epoch));
        w.publish(epoch).unwrap();
    }
    // Caught: had to show its hour.
    w.go_to(week + 168 + 171);
    w.forfeit(&nodes[5], week + 168).unwrap();
    w.submit(&nodes[0], week + 168 + 170, 10).unwrap();

    assert_eq!(w.propose(&nodes[4], 2, &rate(1)), Ok(1));
    let proposal = w.proposal(1).unwrap();
    assert_eq!((proposal.period, proposal.eligible), (Some((week + 168) / 168), 5));
    for node in &nodes[..4] {
        w.vote(1, node, true).unwrap();
    }
    for node in [&nodes[4], &young, &nodes[5]] {
        assert_eq!(code(w.vote(1, node, true)), Error::NotEligible);
    }
}

fn one_proposal_at_a_time_for_each_node(build: Build) {
    let mut w = World::new(build, plain);
    let nodes = joined(&mut w, 2);
    w.propose(&nodes[0], 2, &rate(1)).unwrap();
    assert_eq!(code(w.propose(&nodes[0], 3, &rate(2))), Error::StillProposing);
    w.propose(&nodes[1], 2, &rate(2)).unwrap();
    w.go_to(FIRST + 72);
    assert_eq!(code(w.propose(&nodes[0], 2, &rate(2))), Error::NonceUsed);
    assert_eq!(w.propose(&nodes[0], 3, &rate(2)), Ok(3));
    assert_eq!(code(w.propose(&w.node("stranger"), 3, &rate(2))), Error::NotRegistered);
}

fn a_proposal_is_signed_over_its_change(build: Build) {
    let mut w = World::new(build, plain);
    let nodes = joined(&mut w, 2);
    let forged = Node { id: nodes[1].id.clone(), ..nodes[0].clone() };
    assert_eq!(w.propose(&forged, 2, &rate(1)), Err(BAD_SIGNATURE));
    let here = w.domain;
    w.domain.contract = [9; 32];
    assert_eq!(w.propose(&nodes[0], 2, &rate(1)), Err(BAD_SIGNATURE));
    w.domain = here;
    w.propose(&nodes[0], 2, &rate(1)).unwrap();
}

fn what_nobody_executes_for_a_month_is_over(build: Build) {
    for (late, expected) in [(719, None), (720, Some(Error::TooLate))] {
        let mut w = World::new(build, plain);
        let nodes = joined(&mut w, 1);
        w.propose(&nodes[0], 2, &rate(1)).unwrap();
        w.vote(1, &nodes[0], true).unwrap();
        w.go_to(FIRST + 96 + late);
        assert_eq!(w.execute(1).err().map(|fault| code::<()>(Err(fault))), expected);
    }
}

fn rules_hold_for_a_day_at_least(build: Build) {
    let mut w = World::new(build, |p| {
        plain(p);
        p.voting_epochs = 1;
        p.timelock_epochs = 1;
    });
    let nodes = joined(&mut w, 3);
    for (i, node) in nodes.iter().enumerate() {
        w.propose(node, 2, &rate(i as u32 + 1)).unwrap();
        nodes.iter().for_each(|voter| w.vote(i as u32 + 1, voter, true).unwrap());
    }
    w.go_to(FIRST + 2);
    w.execute(1).unwrap();
    assert_eq!(code(w.execute(2)), Error::TooSoon);
    w.go_to(FIRST + 25);
    assert_eq!(code(w.execute(2)), Error::TooSoon);
    w.go_to(FIRST + 26);
    w.execute(2).unwrap();
    w.go_to(FIRST + 50);
    w.execute(3).unwrap();
    w.go_to(FIRST + 52);
    for (epoch, stroops) in
        [(0, 100_000), (FIRST + 2, 100_000), (FIRST + 3, 1), (FIRST + 26, 1), (FIRST + 27, 2), (FIRST + 50, 2), (FIRST + 51, 3)]
    {
        assert_eq!(w.params(epoch).stroops_per_1000, stroops, "epoch {epoch}");
    }
}

fn the_community_changes_its_hub(build: Build) {
    let mut w = World::new(build, |p| {
        plain(p);
        p.voting_epochs = 1;
        p.timelock_epochs = 1;
    });
    let nodes = joined(&mut w, 1);
    let new_hub = signing_key("second hub");
    let second = HashChain::new("second chain", FIRST, 400);
    let change = Change::Hub(HubChange {
        hub_key: BytesN::from_array(&w.env, &new_hub.verifying_key().to_bytes()),
        anchor: BytesN::from_array(&w.env, &second.value(FIRST)),
        anchor_epoch: FIRST,
    });
    w.propose(&nodes[0], 2, &change).unwrap();
    w.vote(1, &nodes[0], true).unwrap();
    w.go_to(FIRST + 2);
    w.publish(FIRST + 1).unwrap();
    w.execute(1).unwrap();
    w.submit(&nodes[0], FIRST, 1000).unwrap();
    assert_eq!(w.attest(&nodes[0], FIRST, 9000, 7, 1000), Err(BAD_SIGNATURE));
    assert_eq!(code(w.publish(FIRST + 2)), Error::ChainMismatch);
    let first = w.chain.clone();
    (w.hub, w.chain) = (new_hub, second);
    w.attest(&nodes[0], FIRST, 9000, 7, 1000).unwrap();
    w.publish(FIRST + 2).unwrap();
    // What was known before stands.
    assert_eq!(w.epoch(FIRST + 1).value.unwrap().to_array(), first.value(FIRST + 1));
    let config: crate::types::Config = w.call("config", ()).unwrap();
    assert_eq!(config.hub_key.to_array(), w.hub.verifying_key().to_bytes());
}

fn no_vote_goes_beyond_the_bounds(build: Build) {
    let spoils: [fn(&mut Params); 36] = [
        |p| p.stroops_per_1000 = 0,
        |p| p.stroops_per_1000 = 10_000_001,
        |p| p.bonus_uptime_bp = 5001,
        |p| p.bonus_latency_bp = 5001,
        |p| p.penalty_bp = 9001,
        |p| p.uptime_high_bp = 10_001,
        |p| p.uptime_low_bp = 9500,
        |p| p.latency_us_max = 999,
        |p| p.latency_us_max = 10_000_001,
        |p| p.epoch_budget = -1,
        |p| p.epoch_budget = 10_000_000_000_001,
        |p| p.epoch_budget = i128::MAX,
        |p| p.node_cap = 0,
        |p| p.node_cap = 3_600_001,
        |p| p.pair_cap = 0,
        |p| p.pair_cap = 3_600_001,
        |p| p.device_quota = 0,
        |p| p.device_quota = 1_000_001,
        |p| p.probation_epochs = 8761,
        |p| p.probation_bp = 10_001,
        |p| p.audit_bp = 10_001,
        |p| p.samples = 0,
        |p| p.samples = 17,
        |p| p.reveal_epochs = 23,
        |p| p.reveal_epochs = 721,
        |p| p.settle_epochs = 0,
        |p| p.settle_epochs = 25,
        |p| p.quorum_bp = 999,
        |p| p.quorum_bp = 10_001,
        |p| p.voting_epochs = 0,
        |p| p.voting_epochs = 721,
        |p| p.timelock_epochs = 0,
        |p| p.timelock_epochs = 721,
        |p| p.uptime_low_bp = u32::MAX,
        |p| p.penalty_bp = u32::MAX,
        |p| p.node_cap = u64::MAX,
    ];
    let mut w = World::new(build, plain);
    let nodes = joined(&mut w, 1);
    for (i, spoil) in spoils.iter().enumerate() {
        let mut params = defaults();
        spoil(&mut params);
        assert_eq!(code(w.propose(&nodes[0], 2, &Change::Params(params))), Error::BadParams, "case {i}");
    }
    let least = Params {
        stroops_per_1000: 1,
        bonus_uptime_bp: 0,
        bonus_latency_bp: 0,
        penalty_bp: 0,
        uptime_high_bp: 1,
        uptime_low_bp: 0,
        latency_us_max: 1000,
        epoch_budget: 0,
        node_cap: 1,
        pair_cap: 1,
        device_quota: 1,
        probation_epochs: 0,
        probation_bp: 0,
        audit_bp: 0,
        samples: 1,
        reveal_epochs: 24,
        settle_epochs: 1,
        quorum_bp: 1000,
        voting_epochs: 1,
        timelock_epochs: 1,
    };
    w.propose(&nodes[0], 2, &Change::Params(least)).unwrap();
}

on_both!(
    a_vote_changes_what_is_paid,
    an_hour_that_was_accepted_keeps_its_rules,
    a_quorum_is_needed_and_a_majority,
    a_quorum_is_rounded_up,
    one_vote_each_in_its_time,
    a_vote_is_signed_by_its_node,
    who_comes_after_the_proposal_has_no_vote_on_it,
    in_an_older_community_those_vote_who_take_part,
    one_proposal_at_a_time_for_each_node,
    a_proposal_is_signed_over_its_change,
    what_nobody_executes_for_a_month_is_over,
    rules_hold_for_a_day_at_least,
    the_community_changes_its_hub,
    no_vote_goes_beyond_the_bounds,
);
