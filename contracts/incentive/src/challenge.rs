//! Which hours must be shown, showing them, and losing them. docs/proofs.md §6
use soroban_sdk::{Bytes, BytesN, Env, Vec};

use crate::{
    chain,
    domain::{CHALLENGE, Domain, RECEIPT},
    epochs,
    errors::Error,
    events::{Challenged, ForfeitedEvent, Revealed},
    hours::Hour,
    merkle::{self, Receipt},
    nodes::Node,
    reward, storage,
    types::{Config, Params, Status},
};

/// What the chain's value of the epoch after the acceptance says of an hour.
pub struct Draw {
    pub seed: [u8; 32],
    /// By the ledger, because the hub was silent: whoever wants to be paid shows the hour.
    pub by_ledger: bool,
    /// Drawn or challenged: whoever does not show the hour in time loses it.
    pub must_reveal: bool,
    /// Last epoch for that.
    pub deadline: u32,
}

/// None while the value is not known.
pub fn draw(env: &Env, node: &BytesN<32>, hour: &Hour, params: &Params) -> Option<Draw> {
    let entry = epochs::get(env, hour.accepted + 1);
    let seed = chain::seed(env, &entry.value?, &hour.merkle_root, node, hour.epoch);
    let must_reveal = hour.packet_count > 0 && (hour.challenged.is_some() || chain::is_audited(env, &seed, params.audit_bp));
    let begins = entry.known.max(hour.challenged.unwrap_or(0));
    Some(Draw { seed, by_ledger: entry.drawn, must_reveal, deadline: begins + params.reveal_epochs })
}

/// An open hour that has something to show and was not shown yet.
fn unshown(n: &Node, epoch: u32, now: u32) -> Result<(u32, Hour), Error> {
    let (slot, hour) = n.open_hour(epoch, now)?;
    if hour.status == Status::Cleared {
        return Err(Error::AlreadyCleared);
    }
    if hour.packet_count == 0 {
        return Err(Error::NothingToReveal);
    }
    Ok((slot, hour))
}

pub fn challenge(env: &Env, node: BytesN<32>, epoch: u32, signature: &BytesN<64>) -> Result<(), Error> {
    let config = storage::config(env);
    let now = storage::now(env, &config);
    let mut n = Node::get(env, &node)?;
    let (slot, mut hour) = unshown(&n, epoch, now)?;
    if hour.challenged.is_some() {
        return Err(Error::AlreadyChallenged);
    }
    let domain = Domain::new(env);
    domain.verify(&config.hub_key, domain.message(&CHALLENGE).key(&node).u32(epoch), signature);
    hour.challenged = Some(now);
    n.hours.put(slot, &hour);
    n.set(env, &node);
    Challenged { node, epoch }.publish(env);
    Ok(())
}

pub fn reveal(env: &Env, node: BytesN<32>, epoch: u32, openings: &Vec<Bytes>) -> Result<(), Error> {
    let config = storage::config(env);
    let now = storage::now(env, &config);
    let mut n = Node::get(env, &node)?;
    let (slot, mut hour) = unshown(&n, epoch, now)?;
    let params = storage::params_of(env, epoch);
    let draw = draw(env, &node, &hour, &params).ok_or(Error::SeedUnknown)?;
    if draw.must_reveal && now > draw.deadline {
        return Err(Error::WindowOver);
    }
    if openings.len() != params.samples {
        return Err(Error::WrongSamples);
    }
    let domain = Domain::new(env);
    for (m, opening) in (0u32..).zip(openings.iter()) {
        let index = chain::sample(env, &draw.seed, m, hour.packet_count);
        let receipt = merkle::open(env, &opening, &hour.merkle_root, hour.packet_count, index)?;
        check_voucher(env, &domain, &config, &node, epoch, &receipt)?;
    }
    hour.status = Status::Cleared;
    n.hours.put(slot, &hour);
    n.set(env, &node);
    Revealed { node, epoch }.publish(env);
    Ok(())
}

/// The next hop is somebody else, known here, and signed.
pub fn check_voucher(env: &Env, domain: &Domain, config: &Config, relay: &BytesN<32>, epoch: u32, receipt: &Receipt) -> Result<(), Error> {
    let next = BytesN::from_array(env, &receipt.next);
    if next == *relay {
        return Err(Error::SelfSigned);
    }
    let vouches =
        next == config.hub_key || Node::exists(env, &next) || storage::former_hub_until(env, &next).is_some_and(|until| epoch <= until);
    if !vouches {
        return Err(Error::UnknownVoucher);
    }
    let mut message = domain.message(&RECEIPT);
    message.u32(epoch).key(relay).put(&receipt.next).u32(receipt.seq).u16(receipt.packets).put(&receipt.bundles_root);
    domain.verify(&next, &message, &BytesN::from_array(env, &receipt.signature));
    Ok(())
}

pub fn forfeit(env: &Env, node: BytesN<32>, epoch: u32) -> Result<(), Error> {
    let now = storage::now(env, &storage::config(env));
    let mut n = Node::get(env, &node)?;
    let (slot, mut hour) = unshown(&n, epoch, now)?;
    let params = storage::params_of(env, epoch);
    let draw = draw(env, &node, &hour, &params).ok_or(Error::SeedUnknown)?;
    if !draw.must_reveal {
        return Err(Error::NotRequired);
    }
    if now <= draw.deadline {
        return Err(Error::WindowOpen);
    }
    let gross = reward::of_hour(&params, &hour, &n).gross;
    n.caught += 1;
    n.probation_from = now;
    // It votes again after its probation.
    n.active = 0;
    n.earnings.proved += hour.packet_count;
    n.earnings.gross += gross;
    n.earnings.forfeited += gross;
    hour.status = Status::Forfeited;
    n.hours.put(slot, &hour);
    n.set(env, &node);
    ForfeitedEvent { node, epoch, gross }.publish(env);
    Ok(())
}
