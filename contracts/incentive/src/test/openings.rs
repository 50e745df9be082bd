//! What a liar may show instead of an opening, and that the hash of it never helps.
use soroban_sdk::{Bytes, Env};

use super::{
    actors::signing_key,
    ledger,
    messages::{Domain, sha},
    tree::{Leaf, Opening, Step, Top, Tree},
    world::{Build, FIRST, World, code},
};
use crate::{errors::Error, merkle};

fn leaves(count: u32, packets: u16) -> std::vec::Vec<Leaf> {
    let domain = Domain { network: [0; 32], contract: [0; 32] };
    let next = signing_key("next");
    let from = std::vec![(&next, packets); count as usize];
    super::actors::receipts(&domain, FIRST, &[1; 32], &from)
}

fn open(env: &Env, opening: &Opening, root: [u8; 32], sum: u64, index: u64) -> Result<merkle::Receipt, Error> {
    merkle::open(env, &Bytes::from_slice(env, &opening.bytes()), &root, sum, index)
}

#[test]
fn every_packet_of_every_shape_has_its_leaf() {
    let env = ledger::open();
    for count in 1..=33 {
        let tree = Tree::new(leaves(count, 3));
        for packet in 0..tree.sum() {
            let opening = tree.opening_of(packet);
            let receipt = open(&env, &opening, tree.root(), tree.sum(), packet).ok().unwrap();
            assert_eq!((receipt.next, receipt.seq), (opening.leaf.next, opening.leaf.seq));
            for elsewhere in [packet + 3, packet.wrapping_sub(3)] {
                assert_eq!(open(&env, &opening, tree.root(), tree.sum(), elsewhere).err(), Some(Error::SampleOutside));
            }
        }
    }
}

#[test]
fn no_byte_of_an_opening_may_change() {
    let env = ledger::open();
    let tree = Tree::new(leaves(9, 7));
    let bytes = tree.opening_of(30).bytes();
    for at in 0..bytes.len() {
        let mut spoilt = bytes.clone();
        spoilt[at] ^= 1;
        let outcome = merkle::open(&env, &Bytes::from_slice(&env, &spoilt), &tree.root(), tree.sum(), 30);
        assert!(outcome.is_err(), "byte {at}");
    }
    for length in (0..bytes.len()).chain([bytes.len() + 1, bytes.len() + 49]) {
        let mut spoilt = bytes.clone();
        spoilt.resize(length, 0);
        let outcome = merkle::open(&env, &Bytes::from_slice(&env, &spoilt), &tree.root(), tree.sum(), 30);
        assert_eq!(outcome.err(), Some(Error::BadOpening), "{length} bytes");
    }
}

#[test]
fn paths_are_bounded() {
    let env = ledger::open();
    let leaf = leaves(1, 1).remove(0);
    let step = Step { right: 1, sibling: Top { sum: 1, low: u64::MAX, hash: [0; 32] } };
    for (steps, error) in [(32, Error::RootMismatch), (33, Error::BadOpening)] {
        let opening = Opening { leaf: leaf.clone(), path: std::vec![step; steps] };
        assert_eq!(open(&env, &opening, [0; 32], 33, 0).err(), Some(error));
    }
}

#[test]
fn leaves_hold_1_to_256_packets_and_a_number_from_1() {
    let env = ledger::open();
    for (packets, seq, good) in [(0, 1, false), (1, 1, true), (256, 1, true), (257, 1, false), (1, 0, false)] {
        let mut leaf = leaves(1, 1).remove(0);
        (leaf.packets, leaf.seq) = (packets, seq);
        let tree = Tree::new(std::vec![leaf]);
        let outcome = open(&env, &tree.opening_at(0), tree.root(), u64::from(packets), 0);
        assert_eq!(outcome.err(), (!good).then_some(Error::BadLeaf), "{packets} packets, number {seq}");
    }
}

#[test]
fn the_root_binds_the_sum() {
    let env = ledger::open();
    let tree = Tree::new(leaves(5, 10));
    let opening = tree.opening_of(0);
    assert_eq!(open(&env, &opening, tree.root(), 51, 0).err(), Some(Error::CountMismatch));
    assert_eq!(open(&env, &opening, [1; 32], 50, 0).err(), Some(Error::RootMismatch));
}

#[test]
fn sums_do_not_wrap() {
    let env = ledger::open();
    let leaf = leaves(1, 5).remove(0);
    let key = leaf.key();
    let huge = |right, low| Step { right, sibling: Top { sum: u64::MAX - 4, low, hash: [0; 32] } };
    for step in [huge(1, key + 1), huge(0, key - 1)] {
        let opening = Opening { leaf: leaf.clone(), path: std::vec![step] };
        assert_eq!(open(&env, &opening, [0; 32], 0, 0).err(), Some(Error::SumOverflow));
    }
}

#[test]
fn a_key_stands_right_of_smaller_and_left_of_greater_ones() {
    let env = ledger::open();
    let leaf = leaves(1, 5).remove(0);
    let key = leaf.key();
    let beside = |right, low| Opening { leaf: leaf.clone(), path: std::vec![Step { right, sibling: Top { sum: 1, low, hash: [0; 32] } }] };
    for (opening, error) in [
        (beside(1, key), Error::KeyOrder),
        (beside(1, key - 1), Error::KeyOrder),
        (beside(1, key + 1), Error::RootMismatch),
        (beside(0, key), Error::KeyOrder),
        (beside(0, key + 1), Error::KeyOrder),
        (beside(0, key - 1), Error::RootMismatch),
        (beside(2, key + 1), Error::BadOpening),
    ] {
        assert_eq!(open(&env, &opening, [0; 32], 6, 0).err(), Some(error));
    }
}

#[test]
fn a_list_that_stands_twice_is_a_lie_wherever_it_is_sampled() {
    let env = ledger::open();
    let mut once = leaves(16, 4);
    once.sort_by_key(Leaf::key);
    let tree = Tree::unsorted([once.clone(), once].concat());
    // A key's one place is where the lows say, so of each pair at most one opens, and at the seam of halves none of the right.
    let opened = (0..tree.sum()).filter(|packet| open(&env, &tree.opening_of(*packet), tree.root(), tree.sum(), *packet).is_ok()).count();
    assert!(opened as u64 * 2 <= tree.sum(), "{opened} of {} packets open", tree.sum());
}

/// The same through the contract: all of it doubled, so half of the samples fail, and no eight pass.
fn a_doubled_hour_is_not_cleared(build: Build) {
    let mut w = World::new(build, |p| p.audit_bp = 10_000);
    let (node, next) = (w.join("relay"), w.join("next"));
    let honest = w.honest_tree(&node, &next, FIRST, 2_560);
    let tree = Tree::unsorted([honest.leaves.clone(), honest.leaves].concat());
    w.go_to(FIRST + 1);
    w.submit_tree(&node, FIRST, &tree).unwrap();
    w.go_to(FIRST + 2);
    w.publish(FIRST + 2).unwrap();
    let openings = w.openings(&node, FIRST, &tree);
    assert_eq!(code(w.reveal(&node, FIRST, &openings)), Error::KeyOrder);
}

/// Packets of which the sum says more than leaves hold.
fn an_inflated_branch_is_found_by_a_sample(build: Build) {
    let mut w = World::new(build, |p| p.audit_bp = 10_000);
    let (node, next) = (w.join("relay"), w.join("next"));
    let honest = w.honest_tree(&node, &next, FIRST, 256);
    let leaf = honest.leaves[0].clone();
    let invented = Top { sum: 99_744, low: u64::MAX, hash: [5; 32] };
    let own = Top { sum: 256, low: leaf.key(), hash: sha(&[&[0][..], &leaf.bytes()].concat()) };
    let bytes = |top: &Top| [&top.sum.to_be_bytes()[..], &top.low.to_be_bytes(), &top.hash].concat();
    let root = sha(&[&[1][..], &bytes(&own), &bytes(&invented)].concat());
    w.go_to(FIRST + 1);
    let proof = w.proof(&node, FIRST, 100_000, root);
    w.call::<()>("submit_proof", (proof,)).unwrap();
    w.go_to(FIRST + 2);
    w.publish(FIRST + 2).unwrap();
    let opening = Opening { leaf, path: std::vec![Step { right: 1, sibling: invented }] }.bytes();
    let openings = std::vec![opening; 8];
    assert_eq!(code(w.reveal(&node, FIRST, &openings)), Error::SampleOutside);
}

on_both!(a_doubled_hour_is_not_cleared, an_inflated_branch_is_found_by_a_sample);
