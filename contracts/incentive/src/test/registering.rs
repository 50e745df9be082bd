use super::{
    actors::{sign, signing_key},
    world::{BAD_SIGNATURE, Build, FIRST, World, code, plain, strkey},
};
use crate::errors::Error;

fn the_first_registration_makes_a_member(build: Build) {
    let mut w = World::new(build, |_| {});
    let node = w.node("a");
    assert_eq!(w.node_of(&node), None);
    w.register(&node, 0).unwrap();
    let view = w.node_of(&node).unwrap();
    assert_eq!((view.index, view.registered, view.probation_from, view.caught), (1, FIRST, FIRST, 0));
    assert_eq!(view.payout, node.payout);
    w.register(&w.node("b"), 0).unwrap();
    assert_eq!(w.node_of(&w.node("b")).unwrap().index, 2);
}

fn nobody_registers_without_the_hub(build: Build) {
    let mut w = World::new(build, |_| {});
    let node = w.node("a");
    w.hub = signing_key("somebody else");
    assert_eq!(w.register(&node, 1), Err(BAD_SIGNATURE));
    assert_eq!(w.node_of(&node), None);
}

fn a_hub_word_is_for_one_node(build: Build) {
    let mut w = World::new(build, |_| {});
    let (a, b) = (w.node("a"), w.node("b"));
    let member = w.member_signature(&a);
    let signature = sign(&w.env, &b.key, &w.domain.register(&b.bytes(), 1, &strkey(&b.payout)));
    assert_eq!(w.call::<()>("register", (b.id.clone(), b.payout.clone(), 1u32, member, signature)), Err(BAD_SIGNATURE));
}

fn only_the_node_says_where_its_rewards_go(build: Build) {
    let mut w = World::new(build, |_| {});
    let node = w.node("a");
    let member = w.member_signature(&node);
    let thief = w.somebody();
    let signature = sign(&w.env, &node.key, &w.domain.register(&node.bytes(), 1, &strkey(&node.payout)));
    assert_eq!(w.call::<()>("register", (node.id.clone(), thief, 1u32, member.clone(), signature.clone())), Err(BAD_SIGNATURE));
    assert_eq!(w.call::<()>("register", (node.id.clone(), node.payout.clone(), 2u32, member, signature)), Err(BAD_SIGNATURE));
}

fn the_payout_changes_with_a_higher_nonce_only(build: Build) {
    let mut w = World::new(build, plain);
    let mut node = w.join("a");
    let first = node.payout.clone();
    // A contract may be paid as well as an account.
    node.payout = w.somebody();
    assert_eq!(code(w.register(&node, 0)), Error::NonceUsed);
    assert_eq!(code(w.register(&node, 1)), Error::NonceUsed);
    w.register(&node, 7).unwrap();
    assert_eq!(code(w.register(&node, 7)), Error::NonceUsed);
    let view = w.node_of(&node).unwrap();
    assert_eq!((view.payout, view.nonce, view.index), (node.payout.clone(), 7, 1));

    w.work(&node, FIRST, 1000);
    w.go_to(FIRST + 3);
    let before = w.balance(&first);
    assert_eq!(w.claim(&node, &[FIRST]), Ok(100_000));
    assert_eq!(w.balance(&node.payout), 100_000);
    assert_eq!(w.balance(&first), before);
}

fn a_later_registration_needs_no_word_of_the_hub(build: Build) {
    let mut w = World::new(build, |_| {});
    let mut node = w.join("a");
    node.payout = w.somebody();
    w.hub = signing_key("somebody else");
    w.register(&node, 2).unwrap();
}

fn signatures_for_another_network_or_contract_are_none(build: Build) {
    let mut w = World::new(build, |_| {});
    let node = w.node("a");
    let here = w.domain;
    w.domain.network = [1; 32];
    assert_eq!(w.register(&node, 1), Err(BAD_SIGNATURE));
    w.domain = here;
    w.domain.contract = [1; 32];
    assert_eq!(w.register(&node, 1), Err(BAD_SIGNATURE));
    w.domain = here;
    w.register(&node, 1).unwrap();
}

on_both!(
    the_first_registration_makes_a_member,
    nobody_registers_without_the_hub,
    a_hub_word_is_for_one_node,
    only_the_node_says_where_its_rewards_go,
    the_payout_changes_with_a_higher_nonce_only,
    a_later_registration_needs_no_word_of_the_hub,
    signatures_for_another_network_or_contract_are_none,
);
