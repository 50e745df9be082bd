//! The hub's word on a node's hour: uptime, latency, and how many of its packets arrived and count.
use soroban_sdk::{Env, Vec};

use crate::{
    domain::{ATTEST, Domain},
    epochs,
    errors::Error,
    events::AttestedEvent,
    hours::Attested,
    nodes::Node,
    proofs::BATCH_MAX,
    reward, storage,
    types::{Attestation, Config, Params},
};

pub fn attest(env: &Env, attestation: &Attestation) -> Result<(), Error> {
    let config = storage::config(env);
    record(env, &Domain::new(env), &config, storage::now(env, &config), attestation)
}

/// Like `submit_batch`: code of each, 0 where it was taken.
pub fn attest_batch(env: &Env, attestations: &Vec<Attestation>) -> Result<Vec<u32>, Error> {
    if attestations.len() > BATCH_MAX {
        return Err(Error::TooMany);
    }
    let config = storage::config(env);
    let now = storage::now(env, &config);
    let domain = Domain::new(env);
    let mut codes = Vec::new(env);
    for one in attestations.iter() {
        codes.push_back(record(env, &domain, &config, now, &one).map_or_else(|error| error as u32, |()| 0));
    }
    Ok(codes)
}

/// First epoch in which an epoch's account stands: what is attested from then on is late.
pub fn settled_at(epoch: u32, params: &Params) -> u32 {
    epoch.saturating_add(1 + params.settle_epochs)
}

fn record(env: &Env, domain: &Domain, config: &Config, now: u32, a: &Attestation) -> Result<(), Error> {
    let mut node = Node::get(env, &a.node)?;
    let (slot, mut hour) = node.open_hour(a.epoch, now)?;
    if hour.attested.is_some() {
        return Err(Error::AlreadyAttested);
    }
    if a.uptime_bp > reward::WHOLE {
        return Err(Error::BadUptime);
    }
    let mut message = domain.message(&ATTEST);
    message.key(&a.node).u32(a.epoch).u32(a.uptime_bp).u32(a.latency_us).u64(a.earning);
    domain.verify(&config.hub_key, &message, &a.signature);

    let params = storage::params_of(env, a.epoch);
    let in_time = now < settled_at(a.epoch, &params);
    let (uptime_bp, latency_us, earning) = (a.uptime_bp, a.latency_us, a.earning.min(hour.packet_count));
    let on_probation = node.on_probation(a.epoch, &params);
    hour.attested = Some(Attested { uptime_bp, latency_us, earning, on_probation, in_time });
    let reward = reward::of_hour(&params, &hour, &node);
    if in_time {
        let mut account = epochs::get(env, a.epoch);
        account.total += reward.gross;
        epochs::set(env, now, a.epoch, &account);
    }
    node.hours.put(slot, &hour);
    node.set(env, &a.node);
    AttestedEvent {
        node: a.node.clone(),
        epoch: a.epoch,
        uptime_bp,
        latency_us,
        earning,
        packets: reward.packets,
        bp: reward.bp,
        share_bp: reward.share_bp,
        gross: reward.gross,
        in_time,
    }
    .publish(env);
    Ok(())
}
