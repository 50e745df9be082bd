//! Who takes part: nodes with their keys, the hub with its key and its hash chain.
use std::{format, vec::Vec};

use ed25519_dalek::{Signer, SigningKey};
use soroban_sdk::{Address, BytesN, Env};

use super::{
    messages::{Domain, sha},
    tree::{Leaf, Tree},
};

pub fn signing_key(name: &str) -> SigningKey {
    SigningKey::from_bytes(&sha(format!("key of {name}").as_bytes()))
}

pub fn sign(env: &Env, key: &SigningKey, message: &[u8]) -> BytesN<64> {
    BytesN::from_array(env, &key.sign(message).to_bytes())
}

#[derive(Clone)]
pub struct Node {
    pub key: SigningKey,
    pub id: BytesN<32>,
    pub payout: Address,
}

impl Node {
    pub fn bytes(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }
}

/// v(e) = SHA-256(v(e + 1)), from an end far enough.
#[derive(Clone)]
pub struct HashChain {
    values: Vec<[u8; 32]>,
    first: u32,
}

impl HashChain {
    pub fn new(secret: &str, first: u32, length: usize) -> Self {
        let mut values = Vec::from([sha(secret.as_bytes())]);
        while values.len() < length {
            values.push(sha(values.last().unwrap()));
        }
        values.reverse();
        Self { values, first }
    }

    pub fn value(&self, epoch: u32) -> [u8; 32] {
        self.values[(epoch - self.first) as usize]
    }
}

/// Receipts for `relay`: (next hop's key, packets) each, numbered per next hop.
pub fn receipts(domain: &Domain, epoch: u32, relay: &[u8; 32], from: &[(&SigningKey, u16)]) -> Vec<Leaf> {
    (1u32..)
        .zip(from)
        .map(|(seq, (key, packets))| {
            let next = key.verifying_key().to_bytes();
            let bundles_root = sha(&[&next[..], &seq.to_be_bytes()].concat());
            let signature = key.sign(&domain.receipt(epoch, relay, &next, seq, *packets, &bundles_root)).to_bytes();
            Leaf { next, seq, packets: *packets, bundles_root, signature }
        })
        .collect()
}

/// An honest hour of `packets`, in receipts of up to 256, all from one next hop.
pub fn honest_tree(domain: &Domain, epoch: u32, relay: &[u8; 32], next: &SigningKey, packets: u64) -> Tree {
    let mut left = packets;
    let mut from = Vec::new();
    while left > 0 {
        let some = left.min(256);
        from.push((next, some as u16));
        left -= some;
    }
    Tree::new(receipts(domain, epoch, relay, &from))
}
