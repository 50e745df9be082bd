//! The reward rule at every boundary: mission row 4.4, docs/proofs.md §7.
use super::world::{Build, FIRST, World, plain};

const UNKNOWN: u32 = u32::MAX;

/// What one hour pays.
fn paid(build: Build, packets: u64, word: Option<(u32, u32, u64)>) -> i128 {
    let mut w = World::new(build, plain);
    let node = w.join("a");
    let next = w.join("b");
    let tree = (packets <= 4_000 && word.is_none()).then(|| w.honest_tree(&node, &next, FIRST, packets));
    w.go_to(FIRST + 1);
    match &tree {
        Some(tree) => w.submit_tree(&node, FIRST, tree).unwrap(),
        None => w.submit(&node, FIRST, packets).unwrap(),
    }
    w.go_to(FIRST + 2);
    w.publish(FIRST + 2).unwrap();
    if let Some((uptime_bp, latency_us, earning)) = word {
        w.attest(&node, FIRST, uptime_bp, latency_us, earning).unwrap();
        w.go_to(FIRST + 3);
    } else {
        // Nobody spoke: a week later the hour is shown, and paid at the base rate.
        w.go_to(FIRST + 169);
        let openings = w.openings(&node, FIRST, &tree.unwrap());
        w.reveal(&node, FIRST, &openings).unwrap();
    }
    let before = w.balance(&node.payout);
    let amount = w.claim(&node, &[FIRST]).unwrap();
    assert_eq!(w.balance(&node.payout) - before, amount);
    amount
}

fn base_rate_is_a_hundredth_of_a_lumen_per_thousand(build: Build) {
    for (packets, stroops) in [(0, 0), (1, 100), (999, 99_900), (1000, 100_000), (1001, 100_100), (123_456, 12_345_600)] {
        assert_eq!(paid(build, packets, Some((9000, UNKNOWN, packets))), stroops, "{packets} packets");
    }
}

fn uptime_above_95_percent_adds_a_tenth(build: Build) {
    for (uptime_bp, stroops) in [(9499, 100_000), (9500, 100_000), (9501, 110_000), (10_000, 110_000)] {
        assert_eq!(paid(build, 1000, Some((uptime_bp, UNKNOWN, 1000))), stroops, "uptime {uptime_bp}");
    }
}

fn latency_below_100_ms_adds_a_twentieth(build: Build) {
    for (latency_us, stroops) in [(0, 105_000), (99_999, 105_000), (100_000, 100_000), (100_001, 100_000), (UNKNOWN, 100_000)] {
        assert_eq!(paid(build, 1000, Some((9000, latency_us, 1000))), stroops, "latency {latency_us}");
    }
}

fn uptime_below_80_percent_takes_a_fifth(build: Build) {
    for (uptime_bp, stroops) in [(8001, 100_000), (8000, 100_000), (7999, 80_000), (0, 80_000)] {
        assert_eq!(paid(build, 1000, Some((uptime_bp, UNKNOWN, 1000))), stroops, "uptime {uptime_bp}");
    }
}

fn basis_points_add_up(build: Build) {
    assert_eq!(paid(build, 1000, Some((9501, 99_999, 1000))), 115_000);
    assert_eq!(paid(build, 1000, Some((7999, 99_999, 1000))), 85_000);
}

fn fractions_are_dropped_once_at_the_end(build: Build) {
    // 1 packet = 100 stroops; 115 % is 115, and 3 packets are 345, not 3 x 115 of something rounded.
    assert_eq!(paid(build, 1, Some((9501, 99_999, 1))), 115);
    assert_eq!(paid(build, 3, Some((9501, 99_999, 3))), 345);
    let mut w = World::new(build, |p| {
        plain(p);
        p.stroops_per_1000 = 1;
    });
    let node = w.join("a");
    for (epoch, packets, gross) in [(FIRST, 999, 0), (FIRST + 1, 1000, 1), (FIRST + 2, 1999, 1), (FIRST + 3, 2000, 2)] {
        w.go_to(epoch + 1);
        w.submit(&node, epoch, packets).unwrap();
        w.attest(&node, epoch, 9000, UNKNOWN, packets).unwrap();
        assert_eq!(w.proof_of(&node, epoch).unwrap().gross, gross, "{packets} packets");
    }
}

fn the_hub_counts_what_earns(build: Build) {
    // Less than was proved, or more: the lower of the two.
    assert_eq!(paid(build, 1000, Some((9000, UNKNOWN, 400))), 40_000);
    assert_eq!(paid(build, 1000, Some((9000, UNKNOWN, 4000))), 100_000);
    assert_eq!(paid(build, 1000, Some((9000, UNKNOWN, 0))), 0);
}

fn a_node_earns_no_more_than_its_cap(build: Build) {
    assert_eq!(paid(build, 360_000, Some((9000, UNKNOWN, u64::MAX))), 36_000_000);
    assert_eq!(paid(build, 360_001, Some((9000, UNKNOWN, u64::MAX))), 36_000_000);
    assert_eq!(paid(build, u64::from(u32::MAX), Some((9000, UNKNOWN, u64::MAX))), 36_000_000);
}

fn without_the_hubs_word_no_bonus_and_no_penalty(build: Build) {
    assert_eq!(paid(build, 1000, None), 100_000);
    assert_eq!(paid(build, 999, None), 99_900);
}

fn probation_pays_a_share(build: Build) {
    let mut w = World::new(build, |p| p.audit_bp = 0);
    let node = w.join("a");
    // Registered in FIRST, so 168 epochs from FIRST on are on probation.
    for (epoch, gross) in [(FIRST - 1, 50_000), (FIRST, 50_000), (FIRST + 167, 50_000), (FIRST + 168, 100_000)] {
        w.go_to((epoch + 1).max(FIRST));
        w.submit(&node, epoch, 1000).unwrap();
        w.attest(&node, epoch, 9000, UNKNOWN, 1000).unwrap();
        assert_eq!(w.proof_of(&node, epoch).unwrap().gross, gross, "epoch {epoch}");
    }
}

fn extremes_of_every_bound_do_not_overflow(build: Build) {
    let mut w = World::new(build, |p| {
        plain(p);
        p.stroops_per_1000 = 10_000_000;
        p.bonus_uptime_bp = 5000;
        p.bonus_latency_bp = 5000;
        p.node_cap = 3_600_000;
        p.epoch_budget = 10_000_000_000_000;
    });
    let node = w.join("a");
    w.go_to(FIRST + 1);
    w.submit(&node, FIRST, u64::from(u32::MAX)).unwrap();
    w.attest(&node, FIRST, 10_000, 0, u64::MAX).unwrap();
    assert_eq!(w.proof_of(&node, FIRST).unwrap().gross, 3_600 * 10_000_000 * 2);
}

on_both!(
    base_rate_is_a_hundredth_of_a_lumen_per_thousand,
    uptime_above_95_percent_adds_a_tenth,
    latency_below_100_ms_adds_a_twentieth,
    uptime_below_80_percent_takes_a_fifth,
    basis_points_add_up,
    fractions_are_dropped_once_at_the_end,
    the_hub_counts_what_earns,
    a_node_earns_no_more_than_its_cap,
    without_the_hubs_word_no_bonus_and_no_penalty,
    probation_pays_a_share,
    extremes_of_every_bound_do_not_overflow,
);
