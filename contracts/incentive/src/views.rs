//! What anybody may ask. Nothing here changes anything.
use soroban_sdk::{BytesN, Env};

use crate::{
    attest, challenge, epochs, nodes, reward, storage,
    types::{EpochView, NodeView, ProofView},
};

pub fn node(env: &Env, key: &BytesN<32>) -> Option<NodeView> {
    let nodes::Node { payout, nonce, index, registered, probation_from, caught, proposing_until, .. } = nodes::Node::get(env, key).ok()?;
    Some(NodeView { payout, nonce, index, registered, probation_from, caught, proposing_until })
}

pub fn proof(env: &Env, key: &BytesN<32>, epoch: u32) -> Option<ProofView> {
    let node = nodes::Node::get(env, key).ok()?;
    let (_, hour) = node.hours.find(epoch)?;
    let params = storage::params_of(env, epoch);
    let draw = challenge::draw(env, key, &hour, &params);
    let must_reveal = draw.as_ref().is_some_and(|d| d.must_reveal);
    let reward = reward::of_hour(&params, &hour, &node);
    let word = hour.attested.as_ref();
    Some(ProofView {
        packet_count: hour.packet_count,
        merkle_root: BytesN::from_array(env, &hour.merkle_root),
        accepted: hour.accepted,
        status: hour.status,
        uptime_bp: word.map(|w| w.uptime_bp),
        latency_us: word.map(|w| w.latency_us),
        earning: word.map(|w| w.earning),
        in_time: word.is_some_and(|w| w.in_time),
        on_probation: reward::on_probation(&params, &hour, &node),
        gross: reward.gross,
        challenged: hour.challenged,
        seed: draw.as_ref().map(|d| BytesN::from_array(env, &d.seed)),
        must_reveal,
        deadline: draw.filter(|d| d.must_reveal).map(|d| d.deadline),
    })
}

pub fn epoch(env: &Env, epoch: u32) -> EpochView {
    let entry = epochs::get(env, epoch);
    let params = storage::params_of(env, epoch);
    let now = storage::now(env, &storage::config(env));
    EpochView {
        value: entry.value,
        known: entry.known,
        drawn: entry.drawn,
        budget: params.epoch_budget,
        total: entry.total,
        late_paid: entry.late_paid,
        settled: now >= attest::settled_at(epoch, &params),
    }
}
