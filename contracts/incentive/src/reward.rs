//! The reward rule, in integers: docs/proofs.md §7. The same arithmetic as protocol/reward.
use crate::{
    hours::{Attested, Hour},
    nodes::Node,
    types::Params,
};

pub const WHOLE: u32 = 10_000;

/// `gross` with its factors, as events show them.
pub struct Reward {
    pub packets: u64,
    pub bp: u32,
    pub share_bp: u32,
    pub gross: i128,
}

/// Of an hour as it stands. What the hub said of it counts as it was said, whatever the node was caught at since.
pub fn of_hour(params: &Params, hour: &Hour, node: &Node) -> Reward {
    of(params, hour.packet_count, hour.attested.as_ref(), on_probation(params, hour, node))
}

pub fn on_probation(params: &Params, hour: &Hour, node: &Node) -> bool {
    hour.attested.as_ref().map_or_else(|| node.on_probation(hour.epoch, params), |word| word.on_probation)
}

/// Without the hub's word: no bonus, and no penalty either.
pub fn of(params: &Params, packet_count: u64, attested: Option<&Attested>, on_probation: bool) -> Reward {
    let mut packets = packet_count.min(params.node_cap);
    let mut bp = WHOLE;
    if let Some(word) = attested {
        packets = packets.min(word.earning);
        if word.uptime_bp > params.uptime_high_bp {
            bp += params.bonus_uptime_bp;
        }
        if word.latency_us < params.latency_us_max {
            bp += params.bonus_latency_bp;
        }
        if word.uptime_bp < params.uptime_low_bp {
            bp -= params.penalty_bp;
        }
    }
    let share_bp = if on_probation { params.probation_bp } else { WHOLE };
    // At most 3,600,000 x 10^7 x 20,000 x 10,000: far below 2^127.
    let product = i128::from(packets) * i128::from(params.stroops_per_1000) * i128::from(bp) * i128::from(share_bp);
    Reward { packets, bp, share_bp, gross: product / (1000 * 10_000 * 10_000) }
}

/// In time: in full while all fit into the budget, else each the same share of it.
pub fn pay_in_time(budget: i128, total: i128, gross: i128) -> i128 {
    if total <= budget { gross } else { gross * budget / total }
}

/// Late: out of what is left, first come, first served.
pub fn pay_late(budget: i128, total: i128, late_paid: i128, gross: i128) -> i128 {
    gross.min(budget - total.min(budget) - late_paid)
}
