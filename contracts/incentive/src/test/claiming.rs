use std::vec::Vec;

use super::{
    ledger,
    world::{Build, FIRST, World, code, plain},
};
use crate::{errors::Error, types::Status};

fn paid_once(build: Build) {
    let mut w = World::new(build, plain);
    let node = w.join("a");
    w.work(&node, FIRST, 1000);
    w.go_to(FIRST + 3);
    let before = (w.balance(&node.payout), w.balance(&w.id.clone()));
    assert_eq!(w.claim(&node, &[FIRST]), Ok(100_000));
    assert_eq!(code(w.claim(&node, &[FIRST])), Error::AlreadyPaid);
    let after = (w.balance(&node.payout), w.balance(&w.id.clone()));
    assert_eq!((after.0 - before.0, before.1 - after.1), (100_000, 100_000));
    let view = w.proof_of(&node, FIRST).unwrap();
    assert_eq!(view.status, Status::Paid);
    let earnings = w.earnings(&node);
    assert_eq!((earnings.proved, earnings.gross, earnings.paid, earnings.forfeited), (1000, 100_000, 100_000, 0));
}

fn an_hour_twice_in_one_claim_pays_nothing(build: Build) {
    let mut w = World::new(build, plain);
    let node = w.join("a");
    w.work(&node, FIRST, 1000);
    w.work(&node, FIRST + 1, 1000);
    w.go_to(FIRST + 5);
    let before = w.balance(&node.payout);
    assert_eq!(code(w.claim(&node, &[FIRST, FIRST + 1, FIRST])), Error::AlreadyPaid);
    assert_eq!(w.balance(&node.payout), before);
    assert_eq!(w.claim(&node, &[FIRST + 1, FIRST]), Ok(200_000));
    assert_eq!(w.claim(&node, &[]), Ok(0));
}

fn after_two_epochs_and_not_before(build: Build) {
    let mut w = World::new(build, plain);
    let node = w.join("a");
    w.work(&node, FIRST, 1000);
    assert_eq!(w.now(), FIRST + 2);
    assert_eq!(code(w.claim(&node, &[FIRST])), Error::NotSettled);
    w.go_to(FIRST + 3);
    assert_eq!(code(w.claim(&node, &[FIRST + 1])), Error::NoProof);
    assert_eq!(w.claim(&node, &[FIRST]), Ok(100_000));
    assert_eq!(code(w.claim(&w.node("stranger"), &[FIRST])), Error::NotRegistered);
}

fn not_before_the_draw_is_known(build: Build) {
    let mut w = World::new(build, plain);
    let node = w.join("a");
    w.go_to(FIRST + 1);
    w.submit(&node, FIRST, 1000).unwrap();
    w.attest(&node, FIRST, 9000, u32::MAX, 1000).unwrap();
    w.go_to(FIRST + 3);
    w.publish(FIRST + 1).unwrap();
    assert_eq!(code(w.claim(&node, &[FIRST])), Error::SeedUnknown);
    w.publish(FIRST + 2).unwrap();
    assert_eq!(w.claim(&node, &[FIRST]), Ok(100_000));
}

fn one_hour_that_cannot_be_paid_holds_back_all(build: Build) {
    let mut w = World::new(build, plain);
    let node = w.join("a");
    w.work(&node, FIRST, 1000);
    w.work(&node, FIRST + 1, 1000);
    w.go_to(FIRST + 3);
    assert_eq!(code(w.claim(&node, &[FIRST, FIRST + 1])), Error::NotSettled);
    assert_eq!(w.proof_of(&node, FIRST).unwrap().status, Status::Open);
    assert_eq!(w.claim(&node, &[FIRST]), Ok(100_000));
}

fn an_unattested_hour_waits_a_week_and_is_shown(build: Build) {
    let mut w = World::new(build, plain);
    let (node, next) = (w.join("a"), w.join("b"));
    let tree = w.honest_tree(&node, &next, FIRST, 3000);
    w.go_to(FIRST + 1);
    w.submit_tree(&node, FIRST, &tree).unwrap();
    w.go_to(FIRST + 2);
    w.publish(FIRST + 2).unwrap();
    w.go_to(FIRST + 168);
    assert_eq!(code(w.claim(&node, &[FIRST])), Error::NotSettled);
    w.go_to(FIRST + 169);
    assert_eq!(code(w.claim(&node, &[FIRST])), Error::MustReveal);
    // Nobody drew it and nobody challenged it: not shown is not paid, but it is no crime.
    w.go_to(FIRST + 900);
    assert_eq!(code(w.forfeit(&node, FIRST)), Error::NotRequired);
    let openings = w.openings(&node, FIRST, &tree);
    w.reveal(&node, FIRST, &openings).unwrap();
    assert_eq!(w.claim(&node, &[FIRST]), Ok(300_000));
}

fn a_hub_that_is_silent_for_a_week_is_done_without(build: Build) {
    let mut w = World::new(build, plain);
    let (node, next) = (w.join("a"), w.join("b"));
    let tree = w.honest_tree(&node, &next, FIRST, 3000);
    w.go_to(FIRST + 1);
    w.submit_tree(&node, FIRST, &tree).unwrap();
    w.go_to(FIRST + 169);
    assert_eq!(code(w.claim(&node, &[FIRST])), Error::SeedUnknown);
    assert_eq!(code(w.call::<()>("draw", (FIRST + 2,))), Error::HubNotSilent);
    w.go_to(FIRST + 170);
    w.call::<()>("draw", (FIRST + 2,)).unwrap();
    assert_eq!(code(w.claim(&node, &[FIRST])), Error::MustReveal);
    let openings = w.openings(&node, FIRST, &tree);
    w.reveal(&node, FIRST, &openings).unwrap();
    assert_eq!(w.claim(&node, &[FIRST]), Ok(300_000));
}

fn what_the_ledger_drew_is_shown_even_when_attested(build: Build) {
    let mut w = World::new(build, plain);
    let (node, next) = (w.join("a"), w.join("b"));
    let tree = w.honest_tree(&node, &next, FIRST, 3000);
    w.go_to(FIRST + 1);
    w.submit_tree(&node, FIRST, &tree).unwrap();
    w.attest(&node, FIRST, 9501, u32::MAX, 3000).unwrap();
    w.go_to(FIRST + 170);
    w.call::<()>("draw", (FIRST + 2,)).unwrap();
    assert_eq!(code(w.claim(&node, &[FIRST])), Error::MustReveal);
    let openings = w.openings(&node, FIRST, &tree);
    w.reveal(&node, FIRST, &openings).unwrap();
    assert_eq!(w.claim(&node, &[FIRST]), Ok(330_000));
}

fn a_contract_without_funds_pays_later(build: Build) {
    let mut w = World::new(build, |p| {
        plain(p);
        p.stroops_per_1000 = 10_000_000;
        p.epoch_budget = 10_000_000_000_000;
    });
    let node = w.join("a");
    w.work(&node, FIRST, 360_000);
    w.work(&node, FIRST + 1, 360_000);
    w.work(&node, FIRST + 2, 360_000);
    w.go_to(FIRST + 5);
    // 1,000 XLM are there, each hour is 360.
    let all = [FIRST, FIRST + 1, FIRST + 2];
    assert_eq!(code(w.claim(&node, &all)), Error::NoFunds);
    assert_eq!(w.proof_of(&node, FIRST).unwrap().status, Status::Open);
    assert_eq!(w.claim(&node, &all[..2]), Ok(7_200_000_000));
    assert_eq!(code(w.claim(&node, &all[2..])), Error::NoFunds);
    w.fund(100 * ledger::XLM);
    assert_eq!(w.claim(&node, &all[2..]), Ok(3_600_000_000));
}

fn a_payout_account_that_takes_nothing_keeps_the_hour_unpaid(build: Build) {
    let mut w = World::new(build, plain);
    let node = w.node("without an account");
    w.register(&node, 1).unwrap();
    w.work(&node, FIRST, 1000);
    w.go_to(FIRST + 3);
    assert_eq!(code(w.claim(&node, &[FIRST])), Error::PaymentFailed);
    assert_eq!(w.proof_of(&node, FIRST).unwrap().status, Status::Open);
    let mut node = node;
    node.payout = w.somebody();
    w.register(&node, 2).unwrap();
    assert_eq!(w.claim(&node, &[FIRST]), Ok(100_000));
}

/// Protocol 28 makes an account of a payment that covers its reserve: 1 XLM.
fn a_payout_account_comes_to_be_with_the_first_lumen(build: Build) {
    let mut w = World::new(build, |p| {
        plain(p);
        p.stroops_per_1000 = 1_000_000;
    });
    let node = w.node("without an account");
    w.register(&node, 1).unwrap();
    w.work(&node, FIRST, 9_999);
    w.work(&node, FIRST + 1, 1);
    w.go_to(FIRST + 5);
    assert_eq!(code(w.claim(&node, &[FIRST])), Error::PaymentFailed);
    assert_eq!(w.claim(&node, &[FIRST, FIRST + 1]), Ok(ledger::XLM));
    assert_eq!(w.balance(&node.payout), ledger::XLM);
}

fn claims_are_bounded(build: Build) {
    let mut w = World::new(build, plain);
    let node = w.join("a");
    let epochs: Vec<u32> = (FIRST..FIRST + 33).collect();
    for epoch in &epochs {
        w.work(&node, *epoch, 100);
    }
    w.go_to(FIRST + 40);
    assert_eq!(code(w.claim(&node, &epochs)), Error::TooMany);
    assert_eq!(w.claim(&node, &epochs[..32]), Ok(320_000));
}

/// Three nodes: (earning packets, whether attested in time); what each is paid out of a budget.
fn shared(build: Build, budget: i128, hours: &[(u64, bool)]) -> Vec<i128> {
    let mut w = World::new(build, |p| {
        plain(p);
        p.epoch_budget = budget;
    });
    let nodes: Vec<_> = (0..hours.len()).map(|i| w.join(&std::format!("node {i}"))).collect();
    w.go_to(FIRST + 1);
    for (node, (packets, _)) in nodes.iter().zip(hours) {
        w.submit(node, FIRST, *packets).unwrap();
    }
    w.go_to(FIRST + 2);
    w.publish(FIRST + 2).unwrap();
    for in_time in [true, false] {
        for (node, (packets, _)) in nodes.iter().zip(hours).filter(|(_, hour)| hour.1 == in_time) {
            w.attest(node, FIRST, 9000, u32::MAX, *packets).unwrap();
        }
        w.go_to(FIRST + 3);
    }
    nodes.iter().map(|node| w.claim(node, &[FIRST]).unwrap()).collect()
}

fn a_budget_that_is_not_enough_is_shared_in_proportion(build: Build) {
    assert_eq!(shared(build, 600_000, &[(1000, true), (2000, true), (3000, true)]), [100_000, 200_000, 300_000]);
    assert_eq!(shared(build, 599_999, &[(1000, true), (2000, true), (3000, true)]), [99_999, 199_999, 299_999]);
    assert_eq!(shared(build, 300_000, &[(1000, true), (2000, true), (3000, true)]), [50_000, 100_000, 150_000]);
    assert_eq!(shared(build, 0, &[(1000, true), (2000, true)]), [0, 0]);
}

fn late_hours_are_paid_out_of_what_is_left(build: Build) {
    // In time 300,000 of 500,000: the first late one takes what it needs, the second what is left, the third nothing.
    assert_eq!(shared(build, 500_000, &[(3000, true), (1500, false), (1000, false), (10, false)]), [300_000, 150_000, 50_000, 0]);
    // Those in time took it all.
    assert_eq!(shared(build, 200_000, &[(3000, true), (1000, false)]), [200_000, 0]);
}

on_both!(
    paid_once,
    an_hour_twice_in_one_claim_pays_nothing,
    after_two_epochs_and_not_before,
    not_before_the_draw_is_known,
    one_hour_that_cannot_be_paid_holds_back_all,
    an_unattested_hour_waits_a_week_and_is_shown,
    a_hub_that_is_silent_for_a_week_is_done_without,
    what_the_ledger_drew_is_shown_even_when_attested,
    a_contract_without_funds_pays_later,
    a_payout_account_that_takes_nothing_keeps_the_hour_unpaid,
    a_payout_account_comes_to_be_with_the_first_lumen,
    claims_are_bounded,
    a_budget_that_is_not_enough_is_shared_in_proportion,
    late_hours_are_paid_out_of_what_is_left,
);
