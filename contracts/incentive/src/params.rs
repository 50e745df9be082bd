//! Bounds of what the community may vote, and which parameters hold in an epoch. docs/proofs.md §8 says why each.
use crate::{errors::Error, types::Params};

pub fn check(p: &Params) -> Result<(), Error> {
    let fits = (1..=10_000_000).contains(&p.stroops_per_1000)
        && p.bonus_uptime_bp <= 5000
        && p.bonus_latency_bp <= 5000
        && p.penalty_bp <= 9000
        && p.uptime_high_bp <= 10_000
        && p.uptime_low_bp < p.uptime_high_bp
        && (1000..=10_000_000).contains(&p.latency_us_max)
        && (0..=10_000_000_000_000).contains(&p.epoch_budget)
        && (1..=3_600_000).contains(&p.node_cap)
        && (1..=3_600_000).contains(&p.pair_cap)
        && (1..=1_000_000).contains(&p.device_quota)
        && p.probation_epochs <= 8760
        && p.probation_bp <= 10_000
        && p.audit_bp <= 10_000
        && (1..=16).contains(&p.samples)
        && (24..=720).contains(&p.reveal_epochs)
        && (1..=24).contains(&p.settle_epochs)
        && (1000..=10_000).contains(&p.quorum_bp)
        && (1..=720).contains(&p.voting_epochs)
        && (1..=720).contains(&p.timelock_epochs);
    if fits { Ok(()) } else { Err(Error::BadParams) }
}
