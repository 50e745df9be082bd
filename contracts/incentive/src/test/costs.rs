//! What each call costs in the host, on the committed wasm: the table in README.md. `cargo test costs -- --nocapture` prints it.
use std::{format, println, string::String, vec::Vec};

use soroban_sdk::Vec as HostVec;
use soroban_sdk::testutils::cost_estimate::CostEstimate;

use super::{
    actors::{Node, receipts},
    messages::sha,
    tree::Tree,
    world::{Build, FIRST, World, defaults},
};
use crate::types::{Change, Params};

/// Half of what the public network allows: room for its limits to move and for a host that charges more.
const INSTRUCTIONS_MAX: i64 = 200_000_000;

struct Table(Vec<String>);

/// Source, fees, sequence, signature and the like; and each entry of the footprint with its contract and key.
const ENVELOPE_BYTES: usize = 350;
const KEY_BYTES: i64 = 110;
/// Stroops for 1,024 bytes that are sent and kept in history, and for what history keeps of the result: the public network, July 2026.
const BYTES_FEE: i64 = 406 + 4059;
const RESULT_FEE: i64 = 300 * 4059 / 1024;

impl Table {
    fn row(&mut self, w: &World, call: &str) {
        let estimate: CostEstimate = w.env.cost_estimate();
        let (resources, fee) = (estimate.resources(), estimate.fee());
        assert!(resources.instructions < INSTRUCTIONS_MAX, "{call}: {} instructions", resources.instructions);
        let entries = i64::from(resources.memory_read_entries + resources.disk_read_entries + resources.write_entries);
        let bytes = (w.call_bytes + ENVELOPE_BYTES) as i64 + entries * KEY_BYTES;
        let stroops = fee.total + bytes * BYTES_FEE / 1024 + RESULT_FEE;
        let rent = fee.persistent_entry_rent + fee.temporary_entry_rent;
        self.0.push(format!(
            "| {call} | {:.1} | {:.1} | {entries} / {} | {} | {} | {bytes} | {:.4} | {:.4} |",
            resources.instructions as f64 / 1e6,
            resources.mem_bytes as f64 / 1e6,
            resources.write_entries,
            resources.write_bytes,
            resources.contract_events_size_bytes,
            rent as f64 / 1e7,
            stroops as f64 / 1e7,
        ));
    }
}

#[test]
fn every_call_stays_far_below_the_networks_limits() {
    let mut t = Table(Vec::new());
    let mut w = World::new(Build::Wasm, |p| {
        p.audit_bp = 10_000;
        p.probation_epochs = 0;
    });
    let (relay, next) = (w.node("relay"), w.join("next"));
    super::ledger::create_account(&w.env, super::actors::signing_key("payout of relay").verifying_key().to_bytes(), 10_000_000);
    w.register(&relay, 1).unwrap();
    t.row(&w, "register");
    w.register(&relay, 2).unwrap();
    t.row(&w, "register, another payout");

    // 16,384 receipts of 22 packets.
    let from = std::vec![(&next.key, 22u16); 16_384];
    let tree = Tree::new(receipts(&w.domain, FIRST, &relay.bytes(), &from));
    w.go_to(FIRST + 1);
    w.submit_tree(&relay, FIRST, &tree).unwrap();
    t.row(&w, "submit_proof, first of a week");
    w.submit_tree(&relay, FIRST - 1, &tree).unwrap();
    t.row(&w, "submit_proof, new slot");
    w.attest(&relay, FIRST, 9600, 50_000, 360_448).unwrap();
    t.row(&w, "attest, first of a day");
    w.go_to(FIRST + 2);
    w.publish(FIRST + 2).unwrap();
    t.row(&w, "publish, two epochs");
    w.challenge(&relay, FIRST).unwrap();
    t.row(&w, "challenge");
    let openings = w.openings(&relay, FIRST, &tree);
    w.reveal(&relay, FIRST, &openings).unwrap();
    t.row(&w, "reveal, 8 of 16,384 leaves, one next hop");
    w.go_to(FIRST + 3);
    w.claim(&relay, &[FIRST]).unwrap();
    t.row(&w, "claim, 1 hour");
    w.proof_of(&relay, FIRST).unwrap();
    t.row(&w, "proof (view)");

    w.go_to(FIRST + 400);
    let hub_late = FIRST + 100;
    w.call::<()>("draw", (hub_late,)).unwrap();
    t.row(&w, "draw");
    w.publish(FIRST + 34).unwrap();
    t.row(&w, "publish, 32 epochs");
    w.forfeit(&relay, FIRST - 1).unwrap();
    t.row(&w, "forfeit");

    let change = Change::Params(Params { stroops_per_1000: 1, ..defaults() });
    w.propose(&relay, 3, &change).unwrap();
    t.row(&w, "propose");
    w.vote(1, &relay, true).unwrap();
    t.row(&w, "vote");
    w.go_to(FIRST + 400 + 96);
    w.execute(1).unwrap();
    t.row(&w, "execute");
    batches(&mut t);
    deepest_reveal(&mut t);

    println!(
        "| call | million instructions | memory, MB | entries / written | bytes written | of events | of transaction | rent, XLM | all fees, XLM |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    t.0.iter().for_each(|row| println!("{row}"));
}

/// 32 nodes' hours in one transaction, then 32 hours of one node.
fn batches(t: &mut Table) {
    let mut w = World::new(Build::Wasm, |p| {
        p.audit_bp = 0;
        p.probation_epochs = 0;
    });
    let nodes: Vec<_> = (0..32).map(|i| w.join(&format!("node {i}"))).collect();
    for epoch in [FIRST, FIRST + 1] {
        w.go_to(epoch + 1);
        let mut proofs = HostVec::new(&w.env);
        let mut words = HostVec::new(&w.env);
        for node in &nodes {
            proofs.push_back(w.proof(node, epoch, 1000, sha(b"root")));
            words.push_back(w.attestation(node, epoch, 9600, 50_000, 1000));
        }
        w.call::<HostVec<u32>>("submit_batch", (proofs,)).unwrap();
        t.row(&w, if epoch == FIRST { "submit_batch, 32, first of a week" } else { "submit_batch, 32, new slots" });
        w.call::<HostVec<u32>>("attest_batch", (words,)).unwrap();
    }
    let epochs: Vec<u32> = (FIRST + 2..FIRST + 34).collect();
    for epoch in &epochs {
        w.work(&nodes[0], *epoch, 1000);
    }
    w.go_to(FIRST + 40);
    w.claim(&nodes[0], &epochs).unwrap();
    t.row(&w, "claim, 32 hours");
    used_slots(&mut w, &nodes, t);
    let late: Vec<u32> = (FIRST + 41..FIRST + 73).collect();
    w.go_to(FIRST + 74);
    for epoch in &late {
        w.submit(&nodes[1], *epoch, 1000).unwrap();
    }
    w.publish(FIRST + 72).unwrap();
    w.go_to(FIRST + 99);
    w.publish(FIRST + 99).unwrap();
    for epoch in &late {
        w.attest(&nodes[1], *epoch, 9000, 1, 1000).unwrap();
    }
    w.claim(&nodes[1], &late).unwrap();
    t.row(&w, "claim, 32 late hours");
}

/// As it goes on from then: what was paid makes room for what comes.
fn used_slots(w: &mut World, nodes: &[Node], t: &mut Table) {
    w.publish(FIRST + 40).unwrap();
    for node in nodes {
        if node.id != nodes[0].id {
            w.claim(node, &[FIRST, FIRST + 1]).unwrap();
        }
    }
    let mut proofs = HostVec::new(&w.env);
    let mut words = HostVec::new(&w.env);
    for node in nodes {
        proofs.push_back(w.proof(node, FIRST + 39, 1000, sha(b"root")));
        words.push_back(w.attestation(node, FIRST + 39, 9600, 50_000, 1000));
    }
    w.submit(&nodes[0], FIRST + 38, 1000).unwrap();
    t.row(w, "submit_proof, into a used slot");
    w.call::<HostVec<u32>>("submit_batch", (proofs,)).unwrap();
    t.row(w, "submit_batch, 32, into used slots");
    w.attest(&nodes[0], FIRST + 38, 9600, 50_000, 1000).unwrap();
    t.row(w, "attest");
    w.call::<HostVec<u32>>("attest_batch", (words,)).unwrap();
    t.row(w, "attest_batch, 32");
}

/// As many samples as a vote can ask for, each receipt by another next hop, in a tree of 16,384 leaves.
fn deepest_reveal(t: &mut Table) {
    let mut w = World::new(Build::Wasm, |p| {
        p.audit_bp = 10_000;
        p.samples = 16;
    });
    let relay = w.join("relay");
    let others: Vec<_> = (0..32).map(|i| w.join(&format!("next {i}"))).collect();
    let from: Vec<_> = (0..16_384).map(|i| (&others[i % 32].key, 200u16)).collect();
    let tree = Tree::new(receipts(&w.domain, FIRST, &relay.bytes(), &from));
    w.go_to(FIRST + 1);
    w.submit_tree(&relay, FIRST, &tree).unwrap();
    w.go_to(FIRST + 2);
    w.publish(FIRST + 2).unwrap();
    let openings = w.openings(&relay, FIRST, &tree);
    w.reveal(&relay, FIRST, &openings).unwrap();
    t.row(&w, "reveal, 16 of 16,384 leaves, 32 next hops");
}
