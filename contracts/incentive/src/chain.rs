//! The hub's hash chain, whose values decide which hours are revealed and which packets are drawn. docs/proofs.md §6
use soroban_sdk::{BytesN, Env, IntoVal};

use crate::{
    domain::sha256,
    epochs,
    errors::Error,
    events::{Drawn, Published},
    hours::LAPSE_EPOCHS,
    proofs::EPOCHS_KEPT,
    storage,
    types::Chain,
};

/// Every value in between is kept, or a seed would be lost; each is an entry that is written.
pub const STEPS_MAX: u32 = 32;

pub fn publish(env: &Env, epoch: u32, value: BytesN<32>) -> Result<(), Error> {
    storage::keep_instance(env);
    let now = storage::now(env, &storage::config(env));
    let last = storage::chain(env);
    if epoch > now {
        return Err(Error::NotYet);
    }
    if epoch <= last.epoch {
        return Err(Error::AlreadyKnown);
    }
    if epoch - last.epoch > STEPS_MAX {
        return Err(Error::TooFar);
    }
    let mut at = value.clone();
    for e in (last.epoch + 1..=epoch).rev() {
        let mut entry = epochs::get(env, e);
        // One that was drawn stands: reveals were made of it.
        if entry.value.is_none() {
            entry.value = Some(at.clone());
            entry.known = now;
            epochs::set(env, now, e, &entry);
            Published { epoch: e, value: at.clone() }.publish(env);
        }
        at = env.crypto().sha256(&at.into()).into();
    }
    if at != last.value {
        return Err(Error::ChainMismatch);
    }
    storage::set_chain(env, &Chain { epoch, value });
    Ok(())
}

/// One value for everybody, and the first stands: whoever wraps this call in another can throw a result away only until someone else calls.
pub fn draw(env: &Env, epoch: u32) -> Result<(), Error> {
    let now = storage::now(env, &storage::config(env));
    if now < epoch.saturating_add(EPOCHS_KEPT) {
        return Err(Error::HubNotSilent);
    }
    // No hour asks for it any more.
    if now - epoch > EPOCHS_KEPT + LAPSE_EPOCHS {
        return Err(Error::Lapsed);
    }
    let mut entry = epochs::get(env, epoch);
    if entry.value.is_some() {
        return Err(Error::AlreadyKnown);
    }
    let bytes: [u8; 32] = env.prng().r#gen();
    let value: BytesN<32> = bytes.into_val(env);
    entry.value = Some(value.clone());
    entry.known = now;
    entry.drawn = true;
    epochs::set(env, now, epoch, &entry);
    Drawn { epoch, value }.publish(env);
    Ok(())
}

/// Fixed by the proof before the chain's value was known.
pub fn seed(env: &Env, value: &BytesN<32>, root: &[u8; 32], node: &BytesN<32>, epoch: u32) -> [u8; 32] {
    let mut input = [0; 100];
    input[..32].copy_from_slice(&value.to_array());
    input[32..64].copy_from_slice(root);
    input[64..96].copy_from_slice(&node.to_array());
    input[96..].copy_from_slice(&epoch.to_be_bytes());
    sha256(env, &input)
}

pub fn is_audited(env: &Env, seed: &[u8; 32], audit_bp: u32) -> bool {
    let mut input = [0; 37];
    input[..32].copy_from_slice(seed);
    input[32..].copy_from_slice(b"audit");
    let [a, b, c, d, ..] = sha256(env, &input);
    u32::from_be_bytes([a, b, c, d]) % 10_000 < audit_bp
}

/// `packet_count` is not 0.
pub fn sample(env: &Env, seed: &[u8; 32], m: u32, packet_count: u64) -> u64 {
    let mut input = [0; 36];
    input[..32].copy_from_slice(seed);
    input[32..].copy_from_slice(&m.to_be_bytes());
    let [a, b, c, d, e, f, g, h, ..] = sha256(env, &input);
    u64::from_be_bytes([a, b, c, d, e, f, g, h]) % packet_count
}
