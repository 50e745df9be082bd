//! Stories told to the end in the real host and written down, so that packages/localnet tells them again with the same wasm.
use soroban_sdk::{BytesN, Vec as HostVec, vec};

use super::{
    actors::{HashChain, signing_key},
    messages::sha,
    tree::Tree,
    world::{Build, FIRST, World, plain},
};
use crate::types::{Change, HubChange, Params};

#[test]
fn a_day_of_two_nodes() {
    let mut w = World::new(Build::Wasm, |_| {});
    w.record();
    let (a, b) = (w.join("a"), w.join("b"));
    let mut trees: std::vec::Vec<Tree> = std::vec::Vec::new();
    for epoch in FIRST..FIRST + 6 {
        w.go_to(epoch + 1);
        let tree = w.honest_tree(&a, &b, epoch, 1500);
        w.submit_tree(&a, epoch, &tree).unwrap();
        w.attest(&a, epoch, 9501, 99_999, 1500).unwrap();
        w.submit(&b, epoch, 700).unwrap();
        w.attest(&b, epoch, 7999, 100_000, 700).unwrap();
        w.publish(epoch + 1).unwrap();
        trees.push(tree);
    }
    w.go_to(FIRST + 8);
    w.publish(FIRST + 8).unwrap();
    for (epoch, tree) in (FIRST..).zip(&trees) {
        if w.proof_of(&a, epoch).unwrap().must_reveal {
            let openings = w.openings(&a, epoch, tree);
            w.reveal(&a, epoch, &openings).unwrap();
        }
        w.claim(&a, &[epoch]).unwrap();
    }
    w.earnings(&a);
    w.epoch(FIRST);
    let watched = [w.id.clone(), a.payout, b.payout];
    w.keep("a-day-of-two-nodes", "Proofs, attestations, draws, reveals and claims; on probation.", &watched);
}

#[test]
fn what_is_refused() {
    let mut w = World::new(Build::Wasm, |p| p.audit_bp = 10_000);
    w.record();
    let (a, b) = (w.join("a"), w.join("b"));
    let stranger = w.node("stranger");
    w.submit(&a, FIRST, 1).unwrap_err();
    w.go_to(FIRST + 1);
    w.submit(&stranger, FIRST, 1).unwrap_err();
    w.submit(&a, FIRST - 168, 1).unwrap_err();
    let tree = w.honest_tree(&a, &b, FIRST, 600);
    w.submit_tree(&a, FIRST, &tree).unwrap();
    w.submit_tree(&a, FIRST, &tree).unwrap_err();
    let here = w.domain;
    w.domain.network[0] ^= 1;
    w.submit(&b, FIRST, 5).unwrap_err();
    w.domain = here;
    w.attest(&b, FIRST, 9000, 1, 1).unwrap_err();
    w.attest(&a, FIRST, 10_001, 1, 600).unwrap_err();
    w.attest(&a, FIRST, 9000, 1, 600).unwrap();
    w.attest(&a, FIRST, 9000, 1, 600).unwrap_err();
    w.publish(FIRST + 2).unwrap_err();
    w.go_to(FIRST + 2);
    w.claim(&a, &[FIRST]).unwrap_err();
    w.publish(FIRST + 2).unwrap();
    w.go_to(FIRST + 3);
    w.claim(&a, &[FIRST]).unwrap_err();
    let mut openings = w.openings(&a, FIRST, &tree);
    w.reveal(&a, FIRST, &openings[..3]).unwrap_err();
    openings[7][0] ^= 1;
    w.reveal(&a, FIRST, &openings).unwrap_err();
    openings[7][0] ^= 1;
    w.reveal(&a, FIRST, &openings).unwrap();
    w.claim(&a, &[FIRST, FIRST]).unwrap_err();
    w.claim(&a, &[FIRST]).unwrap();
    w.claim(&a, &[FIRST]).unwrap_err();
    w.register(&a, 1).unwrap_err();
    let watched = [w.id.clone(), a.payout, b.payout];
    w.keep("what-is-refused", "Every kind of refusal on the way of one hour; the hour is paid once.", &watched);
}

#[test]
fn a_liar_is_caught() {
    let mut w = World::new(Build::Wasm, plain);
    w.record();
    let (a, b) = (w.join("a"), w.join("b"));
    w.go_to(FIRST + 1);
    w.submit(&a, FIRST, 100_000).unwrap();
    w.attest(&a, FIRST, 9900, 10_000, 100_000).unwrap();
    let tree = w.honest_tree(&b, &a, FIRST, 4_000);
    w.submit_tree(&b, FIRST, &tree).unwrap();
    w.attest(&b, FIRST, 9900, 10_000, 4_000).unwrap();
    w.go_to(FIRST + 2);
    w.publish(FIRST + 2).unwrap();
    w.challenge(&a, FIRST).unwrap();
    w.challenge(&b, FIRST).unwrap();
    let openings = w.openings(&b, FIRST, &tree);
    w.reveal(&a, FIRST, &openings).unwrap_err();
    w.reveal(&b, FIRST, &openings).unwrap();
    w.go_to(FIRST + 171);
    w.forfeit(&a, FIRST).unwrap();
    w.forfeit(&b, FIRST).unwrap_err();
    w.claim(&a, &[FIRST]).unwrap_err();
    w.claim(&b, &[FIRST]).unwrap();
    w.node_of(&a).unwrap();
    w.earnings(&a);
    let watched = [w.id.clone(), a.payout, b.payout];
    w.keep("a-liar-is-caught", "Two hours are challenged; one is shown and paid, the other is lost.", &watched);
}

#[test]
fn a_vote() {
    let mut w = World::new(Build::Wasm, |p| {
        plain(p);
        p.epoch_budget = 150_000;
    });
    w.record();
    let nodes: std::vec::Vec<_> = ["a", "b", "c", "d"].iter().map(|name| w.join(name)).collect();
    let params = Params { stroops_per_1000: 200_000, bonus_uptime_bp: 2000, audit_bp: 0, probation_epochs: 0, ..super::world::defaults() };
    w.propose(&nodes[0], 2, &Change::Params(params)).unwrap();
    w.vote(1, &nodes[0], true).unwrap();
    w.vote(1, &nodes[1], true).unwrap();
    w.vote(1, &nodes[2], false).unwrap();
    w.vote(1, &nodes[2], true).unwrap_err();
    w.go_to(FIRST + 72);
    w.vote(1, &nodes[3], true).unwrap_err();
    w.execute(1).unwrap_err();
    w.go_to(FIRST + 96);
    w.execute(1).unwrap();
    for epoch in [FIRST + 32, FIRST + 64, FIRST + 96] {
        w.publish(epoch).unwrap();
    }
    w.go_to(FIRST + 98);
    for node in &nodes {
        for epoch in [FIRST + 96, FIRST + 97] {
            w.submit(node, epoch, 1000).unwrap();
            w.attest(node, epoch, 9600, 100_000, 1000).unwrap();
        }
    }
    w.go_to(FIRST + 100);
    w.publish(FIRST + 100).unwrap();
    for node in &nodes {
        w.claim(node, &[FIRST + 96, FIRST + 97]).unwrap();
    }
    w.proposal(1).unwrap();
    let watched: std::vec::Vec<_> = nodes.iter().map(|node| node.payout.clone()).chain([w.id.clone()]).collect();
    w.keep(
        "a-vote",
        "Four nodes double the rate; the hour before is paid by the former rules, and shared out of too small a budget.",
        &watched,
    );
}

#[test]
fn batches_and_another_hub() {
    let mut w = World::new(Build::Wasm, |p| {
        plain(p);
        p.voting_epochs = 1;
        p.timelock_epochs = 1;
    });
    w.record();
    let (mut a, b) = (w.join("a"), w.join("b"));
    let tree = w.honest_tree(&b, &a, FIRST, 3_000);
    w.go_to(FIRST + 1);
    let root = sha(b"some root");
    let proofs = vec![
        &w.env,
        w.proof(&a, FIRST, 2_000, root),
        w.proof(&a, FIRST, 2_000, root),
        w.proof(&b, FIRST, tree.sum(), tree.root()),
        w.proof(&b, FIRST + 1, 1, root),
    ];
    w.call::<HostVec<u32>>("submit_batch", (proofs,)).unwrap();
    let words = vec![&w.env, w.attestation(&a, FIRST, 9501, 1, 2_000), w.attestation(&a, FIRST, 9501, 1, 2_000)];
    w.call::<HostVec<u32>>("attest_batch", (words,)).unwrap();
    let second = HashChain::new("second chain", FIRST + 2, 400);
    let new_hub = signing_key("second hub");
    let change = Change::Hub(HubChange {
        hub_key: BytesN::from_array(&w.env, &new_hub.verifying_key().to_bytes()),
        anchor: BytesN::from_array(&w.env, &second.value(FIRST + 2)),
        anchor_epoch: FIRST + 2,
    });
    w.propose(&a, 2, &change).unwrap();
    w.vote(1, &a, true).unwrap();
    w.vote(1, &b, true).unwrap();
    w.go_to(FIRST + 3);
    w.publish(FIRST + 2).unwrap();
    w.execute(1).unwrap();
    w.attest(&b, FIRST, 9501, 1, 3_000).unwrap_err();
    (w.hub, w.chain) = (new_hub, second);
    w.publish(FIRST + 3).unwrap();
    let payout = a.payout.clone();
    a.payout = b.payout.clone();
    w.register(&a, 3).unwrap();
    w.claim(&a, &[FIRST]).unwrap();
    // Nobody attests b's hour.
    w.go_to(FIRST + 169);
    w.claim(&b, &[FIRST]).unwrap_err();
    let openings = w.openings(&b, FIRST, &tree);
    w.reveal(&b, FIRST, &openings).unwrap();
    w.claim(&b, &[FIRST]).unwrap();
    let watched = [w.id.clone(), payout, b.payout];
    w.keep(
        "batches-and-another-hub",
        "Batches with refusals in them, another hub by vote, another payout address, and an hour that nobody attests.",
        &watched,
    );
}
