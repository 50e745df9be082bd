//! Against a model that is written otherwise: fractions with a common denominator, sums over lists, no shared code.
use std::{collections::BTreeMap, format, vec::Vec};

use proptest::prelude::*;

use super::{
    tree::Tree,
    world::{Build, FIRST, Outcome, World, code, plain},
};
use crate::{errors::Error, types::Params};

#[derive(Clone, Debug)]
struct Hour {
    packets: u64,
    /// Uptime, latency, earning; and how many epochs after the end.
    word: Option<(u32, u32, u64, u32)>,
}

fn near(edge: u32) -> impl Strategy<Value = u32> {
    prop_oneof![Just(edge - 1), Just(edge), Just(edge + 1)]
}

fn hour() -> impl Strategy<Value = Hour> {
    let packets = prop_oneof![Just(0), 1u64..5_000, 355_000u64..365_000, Just(u64::from(u32::MAX))];
    let uptime = prop_oneof![near(9500), near(8000), 0u32..=10_000];
    let latency = prop_oneof![near(100_000), 0u32..200_000, Just(u32::MAX)];
    let word = (uptime, latency, 0u64..400_000, 1u32..5);
    (packets, prop::option::weighted(0.9, word)).prop_map(|(packets, word)| Hour { packets, word })
}

/// Whole stroops of a fraction that is taken apart factor by factor.
fn gross(params: &Params, hour: &Hour) -> u128 {
    let Some((uptime, latency, earning, _)) = hour.word else { return 0 };
    let counted = [hour.packets, earning, params.node_cap].into_iter().min().unwrap();
    let mut percent = 100i128;
    percent += if uptime * 100 > 95 * 10_000 { 10 } else { 0 };
    percent += if f64::from(latency) / 1000.0 < 100.0 { 5 } else { 0 };
    percent -= if uptime * 100 < 80 * 10_000 { 20 } else { 0 };
    // 0.01 XLM per 1,000 packets are 100 stroops each, so hundredths of a percent never come up.
    u128::from(counted) * percent as u128
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_budget_is_never_exceeded_and_every_share_is_the_models(
        hours in prop::collection::vec(hour(), 1..7),
        budget in prop_oneof![Just(0i128), 0i128..2_000_000, 0i128..200_000_000],
    ) {
        let mut w = World::new(Build::Native, |p| { plain(p); p.epoch_budget = budget; });
        let nodes: Vec<_> = (0..hours.len()).map(|i| w.join(&format!("node {i}"))).collect();
        let params = w.first_params.clone();
        w.go_to(FIRST + 1);
        for (node, hour) in nodes.iter().zip(&hours) {
            w.submit(node, FIRST, hour.packets).unwrap();
        }
        for after in 1..5 {
            w.go_to(FIRST + after);
            if after > 1 { w.publish(FIRST + after).unwrap(); }
            for (node, hour) in nodes.iter().zip(&hours) {
                if let Some((uptime, latency, earning, when)) = hour.word && when == after {
                    w.attest(node, FIRST, uptime, latency, earning).unwrap();
                }
            }
        }
        // Attested in the second epoch after the end, at the latest, is in time.
        let in_time: u128 = hours.iter().filter(|h| h.word.is_some_and(|word| word.3 < 3)).map(|h| gross(&params, h)).sum();
        let mut left = (budget as u128).saturating_sub(in_time);
        let mut sum = 0;
        for (node, hour) in nodes.iter().zip(&hours) {
            let outcome = w.claim(node, &[FIRST]);
            let Some((.., when)) = hour.word else {
                prop_assert_eq!(code(outcome), Error::NotSettled);
                continue;
            };
            let due = gross(&params, hour);
            let expected = if when >= 3 {
                let some = due.min(left);
                left -= some;
                some
            } else if in_time > budget as u128 { due * budget as u128 / in_time } else { due };
            prop_assert_eq!(outcome, Ok(expected as i128));
            sum += expected as i128;
        }
        prop_assert!(sum <= budget);
        prop_assert_eq!(w.balance(&w.id.clone()), w.funded - sum);
    }

    /// Any order of calls: what is paid is paid once, only when due, and sums agree with the token.
    #[test]
    fn no_order_of_calls_pays_twice(steps in prop::collection::vec((0u8..8, 0u32..4, 0u32..60), 1..80)) {
        let mut w = World::new(Build::Native, |p| { p.audit_bp = 5_000; p.probation_epochs = 0; });
        let (node, next) = (w.join("a"), w.join("b"));
        let trees: Vec<Tree> = (0..4).map(|i| w.honest_tree(&node, &next, FIRST + i, 300)).collect();
        let mut paid: BTreeMap<u32, i128> = BTreeMap::new();
        let mut lost: BTreeMap<u32, i128> = BTreeMap::new();
        // An hour from before the node was caught pays half, unless the hub had spoken by then.
        let mut worth: BTreeMap<u32, i128> = BTreeMap::new();
        for (what, which, hours) in steps {
            let epoch = FIRST + which;
            let outcome: Outcome<()> = match what {
                0 => { w.go_to(w.now() + hours); Ok(()) }
                1 => w.submit_tree(&node, epoch, &trees[which as usize]),
                2 => w.attest(&node, epoch, 9000, u32::MAX, 300).inspect(|()| prop_assert_none(worth.insert(epoch, if lost.is_empty() { 30_000 } else { 15_000 }))),
                3 => { let e = w.now().min(w.call::<crate::types::Chain>("chain", ()).unwrap().epoch + 32); w.publish(e) }
                4 => w.challenge(&node, epoch),
                5 => match w.proof_of(&node, epoch).and_then(|proof| proof.seed) {
                    Some(_) => { let openings = w.openings(&node, epoch, &trees[which as usize]); w.reveal(&node, epoch, &openings) }
                    None => Ok(()),
                },
                6 => {
                    let gross = *worth.get(&epoch).unwrap_or(if lost.is_empty() { &30_000 } else { &15_000 });
                    w.forfeit(&node, epoch).inspect(|()| prop_assert_none(lost.insert(epoch, gross)))
                }
                _ => {
                    let due = *worth.get(&epoch).unwrap_or(if lost.is_empty() { &30_000 } else { &15_000 });
                    w.claim(&node, &[epoch]).map(|amount| {
                        assert_eq!(amount, due);
                        prop_assert_none(paid.insert(epoch, amount));
                    })
                }
            };
            prop_assert!(!matches!(outcome, Err(super::world::Fault::Host(_))), "{:?}", outcome);
        }
        prop_assert!(paid.keys().all(|epoch| !lost.contains_key(epoch)));
        let sum: i128 = paid.values().sum();
        prop_assert_eq!(w.funded - w.balance(&w.id.clone()), sum);
        let earnings = w.earnings(&node);
        prop_assert_eq!(earnings.paid, sum);
        prop_assert_eq!(earnings.forfeited, lost.values().sum::<i128>());
        prop_assert_eq!(earnings.gross, sum + earnings.forfeited);
    }
}

fn prop_assert_none<T>(before: Option<T>) {
    assert!(before.is_none(), "an hour ended twice");
}
