//! An hour's proof: taken once, for any of the last 168 epochs, from anyone who brings it.
use soroban_sdk::{Env, Vec};

use crate::{
    domain::{Domain, PROOF},
    errors::Error,
    events::Proved,
    governance,
    hours::Hour,
    nodes::Node,
    storage,
    types::{Config, Proof, Status},
};

/// An outage of a week loses nothing; a hub that was silent for as long is done without.
pub const EPOCHS_KEPT: u32 = 168;
pub const BATCH_MAX: u32 = 32;
/// Far above what any machine carries in an hour, and every sum of them is exact for whoever reads the events.
const PACKETS_MAX: u64 = u32::MAX as u64;

pub fn submit(env: &Env, proof: &Proof) -> Result<(), Error> {
    storage::keep_instance(env);
    let config = storage::config(env);
    accept(env, &Domain::new(env), &config, storage::now(env, &config), proof)
}

/// Code of each, 0 where it was accepted. Only a signature that does not hold ends the whole call: whoever brings a batch checks them before.
pub fn submit_batch(env: &Env, proofs: &Vec<Proof>) -> Result<Vec<u32>, Error> {
    if proofs.len() > BATCH_MAX {
        return Err(Error::TooMany);
    }
    storage::keep_instance(env);
    let config = storage::config(env);
    let now = storage::now(env, &config);
    let domain = Domain::new(env);
    let mut codes = Vec::new(env);
    for proof in proofs.iter() {
        codes.push_back(accept(env, &domain, &config, now, &proof).map_or_else(|error| error as u32, |()| 0));
    }
    Ok(codes)
}

/// Changes nothing when it answers an error: a batch goes on after it.
fn accept(env: &Env, domain: &Domain, config: &Config, now: u32, proof: &Proof) -> Result<(), Error> {
    let node = &proof.node;
    let mut n = Node::get(env, node)?;
    let epoch = proof.timestamp / u64::from(config.epoch_seconds);
    if epoch >= u64::from(now) {
        return Err(Error::NotOver);
    }
    let epoch = epoch as u32;
    if now - epoch > EPOCHS_KEPT {
        return Err(Error::TooOld);
    }
    if proof.packet_count > PACKETS_MAX {
        return Err(Error::TooManyPackets);
    }
    if n.seen.has(epoch) {
        return Err(Error::AlreadyProved);
    }
    let mut message = domain.message(&PROOF);
    message.key(node).u64(proof.packet_count).u64(proof.timestamp).key(&proof.merkle_root);
    domain.verify(node, &message, &proof.signature);

    let hour = Hour {
        epoch,
        packet_count: proof.packet_count,
        merkle_root: proof.merkle_root.to_array(),
        accepted: now,
        status: Status::Open,
        challenged: None,
        attested: None,
    };
    n.hours.add(now, &hour)?;
    n.seen.add(epoch);
    governance::mark_active(env, &mut n, &storage::params_of(env, epoch), now);
    n.set(env, node);
    Proved { node: node.clone(), epoch, packet_count: proof.packet_count, merkle_root: proof.merkle_root.clone(), accepted: now }
        .publish(env);
    Ok(())
}
