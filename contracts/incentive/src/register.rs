//! Binds a node's key to where its rewards go. No Stellar signature is asked of a node: anyone may bring these along.
use soroban_sdk::{Address, BytesN, Env};

use crate::{
    domain::{Domain, MEMBER, REGISTER},
    errors::Error,
    events::{PayoutChanged, Registered},
    nodes::Node,
    storage,
};

/// Text of an account's or a contract's address.
const STRKEY_BYTES: usize = 56;

pub fn register(
    env: &Env,
    node: BytesN<32>,
    payout: Address,
    nonce: u32,
    member_signature: &BytesN<64>,
    signature: &BytesN<64>,
) -> Result<(), Error> {
    storage::keep_instance(env);
    let known = Node::get(env, &node).ok();
    if known.as_ref().is_some_and(|n| nonce <= n.nonce) {
        return Err(Error::NonceUsed);
    }
    let domain = Domain::new(env);
    let mut strkey = [0; STRKEY_BYTES];
    payout.to_string().copy_into_slice(&mut strkey);
    domain.verify(&node, domain.message(&REGISTER).key(&node).u32(nonce).put(&strkey), signature);

    if let Some(mut n) = known {
        n.nonce = nonce;
        n.payout = payout.clone();
        n.set(env, &node);
        PayoutChanged { node, payout, nonce }.publish(env);
        return Ok(());
    }
    let config = storage::config(env);
    domain.verify(&config.hub_key, domain.message(&MEMBER).key(&node), member_signature);
    let mut counts = storage::counts(env);
    counts.nodes += 1;
    storage::set_counts(env, &counts);
    let index = counts.nodes;
    Node::new(env, payout.clone(), nonce, index, storage::now(env, &config)).set(env, &node);
    Registered { node, payout, index }.publish(env);
    Ok(())
}
