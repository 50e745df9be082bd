use std::vec::Vec;

use super::{
    actors::{HashChain, Node, receipts, signing_key},
    tree::Tree,
    world::{BAD_SIGNATURE, Build, FIRST, World, code, plain},
};
use crate::{
    errors::Error,
    types::{Change, HubChange, Status},
};

/// A node whose hour FIRST stands in the contract, accepted in FIRST + 1, with the draw's value known in FIRST + 2.
fn proved(w: &mut World, tree: impl FnOnce(&World, &Node, &Node) -> Tree) -> (Node, Node, Tree) {
    let (node, next) = (w.join("relay"), w.join("next"));
    let tree = tree(w, &node, &next);
    w.go_to(FIRST + 1);
    w.submit_tree(&node, FIRST, &tree).unwrap();
    w.go_to(FIRST + 2);
    w.publish(FIRST + 2).unwrap();
    (node, next, tree)
}

fn honest(w: &World, node: &Node, next: &Node) -> Tree {
    w.honest_tree(node, next, FIRST, 5_000)
}

fn always(params: &mut crate::types::Params) {
    params.audit_bp = 10_000;
    params.probation_epochs = 0;
}

fn an_hour_that_was_drawn_is_shown_and_paid(build: Build) {
    let mut w = World::new(build, always);
    let (node, _, tree) = proved(&mut w, honest);
    let view = w.proof_of(&node, FIRST).unwrap();
    assert!(view.must_reveal);
    assert_eq!(view.deadline, Some(FIRST + 2 + 168));
    w.attest(&node, FIRST, 9000, u32::MAX, 5_000).unwrap();
    w.go_to(FIRST + 3);
    assert_eq!(code(w.claim(&node, &[FIRST])), Error::MustReveal);
    let openings = w.openings(&node, FIRST, &tree);
    w.reveal(&node, FIRST, &openings).unwrap();
    assert_eq!(w.proof_of(&node, FIRST).unwrap().status, Status::Cleared);
    assert_eq!(code(w.reveal(&node, FIRST, &openings)), Error::AlreadyCleared);
    assert_eq!(w.claim(&node, &[FIRST]), Ok(500_000));
}

fn an_hour_that_was_not_drawn_is_paid_unseen(build: Build) {
    let mut w = World::new(build, plain);
    let (node, ..) = proved(&mut w, honest);
    w.attest(&node, FIRST, 9000, u32::MAX, 5_000).unwrap();
    w.go_to(FIRST + 3);
    assert_eq!(w.claim(&node, &[FIRST]), Ok(500_000));
}

fn nothing_is_shown_before_the_draw(build: Build) {
    let mut w = World::new(build, always);
    let (node, next) = (w.join("relay"), w.join("next"));
    let tree = honest(&w, &node, &next);
    w.go_to(FIRST + 1);
    w.submit_tree(&node, FIRST, &tree).unwrap();
    w.publish(FIRST + 1).unwrap();
    assert_eq!(code(w.reveal(&node, FIRST, &[])), Error::SeedUnknown);
    assert_eq!(code(w.forfeit(&node, FIRST)), Error::SeedUnknown);
    assert_eq!(code(w.reveal(&node, FIRST + 1, &[])), Error::NoProof);
    assert_eq!(code(w.forfeit(&node, FIRST + 1)), Error::NoProof);
}

fn the_hub_may_challenge_what_was_not_drawn(build: Build) {
    let mut w = World::new(build, plain);
    let (node, _, tree) = proved(&mut w, honest);
    w.attest(&node, FIRST, 9000, u32::MAX, 5_000).unwrap();
    assert!(!w.proof_of(&node, FIRST).unwrap().must_reveal);
    assert_eq!(code(w.forfeit(&node, FIRST)), Error::NotRequired);
    w.go_to(FIRST + 10);
    let hub = w.hub.clone();
    w.hub = signing_key("somebody else");
    assert_eq!(w.challenge(&node, FIRST), Err(BAD_SIGNATURE));
    w.hub = hub;
    assert_eq!(code(w.challenge(&node, FIRST + 1)), Error::NoProof);
    w.challenge(&node, FIRST).unwrap();
    assert_eq!(code(w.challenge(&node, FIRST)), Error::AlreadyChallenged);
    let view = w.proof_of(&node, FIRST).unwrap();
    assert_eq!((view.must_reveal, view.challenged, view.deadline), (true, Some(FIRST + 10), Some(FIRST + 178)));
    assert_eq!(code(w.claim(&node, &[FIRST])), Error::MustReveal);
    // On the last epoch of the window.
    w.go_to(FIRST + 178);
    assert_eq!(code(w.forfeit(&node, FIRST)), Error::WindowOpen);
    let openings = w.openings(&node, FIRST, &tree);
    w.reveal(&node, FIRST, &openings).unwrap();
    assert_eq!(code(w.challenge(&node, FIRST)), Error::AlreadyCleared);
    assert_eq!(code(w.forfeit(&node, FIRST)), Error::AlreadyCleared);
    assert_eq!(w.claim(&node, &[FIRST]), Ok(500_000));
}

fn silence_forfeits(build: Build) {
    let mut w = World::new(build, |p| p.audit_bp = 10_000);
    let (node, _, tree) = proved(&mut w, honest);
    w.attest(&node, FIRST, 9000, u32::MAX, 5_000).unwrap();
    w.go_to(FIRST + 170);
    assert_eq!(code(w.forfeit(&node, FIRST)), Error::WindowOpen);
    w.go_to(FIRST + 171);
    let openings = w.openings(&node, FIRST, &tree);
    assert_eq!(code(w.reveal(&node, FIRST, &openings)), Error::WindowOver);
    assert_eq!(code(w.claim(&node, &[FIRST])), Error::MustReveal);
    w.forfeit(&node, FIRST).unwrap();
    assert_eq!(w.proof_of(&node, FIRST).unwrap().status, Status::Forfeited);
    for outcome in
        [w.claim(&node, &[FIRST]).map(|_| ()), w.forfeit(&node, FIRST), w.reveal(&node, FIRST, &openings), w.challenge(&node, FIRST)]
    {
        assert_eq!(code(outcome), Error::Forfeited);
    }
    // Caught: its probation, which was over, begins anew.
    let view = w.node_of(&node).unwrap();
    assert_eq!((view.caught, view.probation_from, view.registered), (1, FIRST + 171, FIRST));
    let earnings = w.earnings(&node);
    assert_eq!((earnings.proved, earnings.gross, earnings.paid, earnings.forfeited), (5_000, 250_000, 0, 250_000));
    w.submit(&node, FIRST + 170, 1000).unwrap();
    w.attest(&node, FIRST + 170, 9000, u32::MAX, 1000).unwrap();
    assert_eq!(w.proof_of(&node, FIRST + 170).unwrap().gross, 50_000);
}

fn a_share_of_hours_is_drawn(build: Build) {
    let mut w = World::new(build, |_| {});
    let node = w.join("a");
    let mut drawn = 0;
    for epoch in FIRST..FIRST + 200 {
        w.work(&node, epoch, 10);
        drawn += u32::from(w.proof_of(&node, epoch).unwrap().must_reveal);
    }
    // 2,500 of 10,000: 50 expected, standard deviation 6; the world is the same each time.
    assert!((32..=68).contains(&drawn), "{drawn} of 200");
}

fn an_hour_without_packets_has_nothing_to_show(build: Build) {
    let mut w = World::new(build, always);
    let (node, ..) = proved(&mut w, |_, _, _| Tree::new(Vec::new()));
    assert!(!w.proof_of(&node, FIRST).unwrap().must_reveal);
    assert_eq!(code(w.reveal(&node, FIRST, &[])), Error::NothingToReveal);
    assert_eq!(code(w.challenge(&node, FIRST)), Error::NothingToReveal);
    w.go_to(FIRST + 300);
    assert_eq!(code(w.forfeit(&node, FIRST)), Error::NothingToReveal);
    assert_eq!(w.claim(&node, &[FIRST]), Ok(0));
}

fn each_sample_is_answered_in_its_order(build: Build) {
    let mut w = World::new(build, always);
    let (node, _, tree) = proved(&mut w, honest);
    let good = w.openings(&node, FIRST, &tree);
    assert_eq!(code(w.reveal(&node, FIRST, &good[..7])), Error::WrongSamples);
    assert_eq!(code(w.reveal(&node, FIRST, &[&good[..], &good[..1]].concat())), Error::WrongSamples);
    let mut swapped = good.clone();
    swapped.swap(0, 1);
    assert_eq!(code(w.reveal(&node, FIRST, &swapped)), Error::SampleOutside);
    w.reveal(&node, FIRST, &good).unwrap();
}

fn receipts_of_strangers_show_nothing(build: Build) {
    let mut w = World::new(build, always);
    let stranger = signing_key("stranger");
    let (node, _, tree) = proved(&mut w, |w, node, _| Tree::new(receipts(&w.domain, FIRST, &node.bytes(), &[(&stranger, 200)])));
    let openings = w.openings(&node, FIRST, &tree);
    assert_eq!(code(w.reveal(&node, FIRST, &openings)), Error::UnknownVoucher);
}

fn a_node_does_not_vouch_for_itself(build: Build) {
    let mut w = World::new(build, always);
    let (node, _, tree) = proved(&mut w, |w, node, _| Tree::new(receipts(&w.domain, FIRST, &node.bytes(), &[(&node.key, 200)])));
    let openings = w.openings(&node, FIRST, &tree);
    assert_eq!(code(w.reveal(&node, FIRST, &openings)), Error::SelfSigned);
}

fn the_hub_vouches_for_a_gateways_hop(build: Build) {
    let mut w = World::new(build, always);
    let (node, _, tree) = proved(&mut w, |w, node, next| {
        Tree::new(receipts(&w.domain, FIRST, &node.bytes(), &[(&w.hub, 200), (&next.key, 100), (&w.hub, 31)]))
    });
    let openings = w.openings(&node, FIRST, &tree);
    w.reveal(&node, FIRST, &openings).unwrap();
}

fn receipts_are_for_one_relay_and_one_epoch(build: Build) {
    for (epoch, relay) in [(FIRST - 1, None), (FIRST, Some([3; 32]))] {
        let mut w = World::new(build, always);
        let (node, _, tree) =
            proved(&mut w, |w, node, next| Tree::new(receipts(&w.domain, epoch, &relay.unwrap_or(node.bytes()), &[(&next.key, 200)])));
        let openings = w.openings(&node, FIRST, &tree);
        assert_eq!(w.reveal(&node, FIRST, &openings), Err(BAD_SIGNATURE));
    }
}

fn a_hub_that_left_still_vouches_for_its_time(build: Build) {
    let mut w = World::new(build, |p| {
        always(p);
        p.voting_epochs = 1;
        p.timelock_epochs = 1;
    });
    let voter = w.join("voter");
    let new_hub = signing_key("second hub");
    let second = HashChain::new("second chain", FIRST + 2, 400);
    let change = Change::Hub(HubChange {
        hub_key: soroban_sdk::BytesN::from_array(&w.env, &new_hub.verifying_key().to_bytes()),
        anchor: soroban_sdk::BytesN::from_array(&w.env, &second.value(FIRST + 2)),
        anchor_epoch: FIRST + 2,
    });
    assert_eq!(w.propose(&voter, 2, &change), Ok(1));
    w.vote(1, &voter, true).unwrap();
    w.go_to(FIRST + 2);
    w.execute(1).unwrap();

    // The first hub's receipts of FIRST + 2, the epoch of the change, and of the one after it, which are none.
    let first_hub = w.hub.clone();
    (w.hub, w.chain) = (new_hub, second);
    let relay = w.join("relay");
    for (epoch, expected) in [(FIRST + 2, None), (FIRST + 3, Some(Error::UnknownVoucher))] {
        let tree = Tree::new(receipts(&w.domain, epoch, &relay.bytes(), &[(&first_hub, 90)]));
        w.go_to(epoch + 1);
        w.submit_tree(&relay, epoch, &tree).unwrap();
        w.go_to(epoch + 2);
        w.publish(epoch + 2).unwrap();
        let openings = w.openings(&relay, epoch, &tree);
        let outcome = w.reveal(&relay, epoch, &openings);
        assert_eq!(outcome.err().map(|fault| code::<()>(Err(fault))), expected, "{epoch}");
    }
}

on_both!(
    an_hour_that_was_drawn_is_shown_and_paid,
    an_hour_that_was_not_drawn_is_paid_unseen,
    nothing_is_shown_before_the_draw,
    the_hub_may_challenge_what_was_not_drawn,
    silence_forfeits,
    a_share_of_hours_is_drawn,
    an_hour_without_packets_has_nothing_to_show,
    each_sample_is_answered_in_its_order,
    receipts_of_strangers_show_nothing,
    a_node_does_not_vouch_for_itself,
    the_hub_vouches_for_a_gateways_hop,
    receipts_are_for_one_relay_and_one_epoch,
    a_hub_that_left_still_vouches_for_its_time,
);
