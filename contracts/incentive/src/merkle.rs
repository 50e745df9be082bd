//! One opening against a proof's root: that packet `index` of the sum is one of this receipt's. docs/proofs.md §5
use soroban_sdk::{Bytes, Env};

use crate::{
    domain::{LEAF_KEY, sha256},
    errors::Error,
};

const LEAF_BYTES: usize = 134;
/// sum u64, low u64, hash.
const CHILD_BYTES: usize = 48;
/// right u8, then the sibling.
const STEP_BYTES: usize = 1 + CHILD_BYTES;
const DEPTH_MAX: usize = 32;
const OPENING_BYTES_MAX: usize = LEAF_BYTES + 1 + DEPTH_MAX * STEP_BYTES;
const RECEIPT_PACKETS_MAX: u16 = 256;

/// A receipt as it stands in the tree; epoch and relay are the proof's.
pub struct Receipt {
    pub next: [u8; 32],
    pub seq: u32,
    pub packets: u16,
    pub bundles_root: [u8; 32],
    pub signature: [u8; 64],
}

fn take<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[at..at + N]);
    out
}

fn read_leaf(leaf: &[u8]) -> Result<Receipt, Error> {
    let receipt = Receipt {
        next: take(leaf, 0),
        seq: u32::from_be_bytes(take(leaf, 32)),
        packets: u16::from_be_bytes(take(leaf, 36)),
        bundles_root: take(leaf, 38),
        signature: take(leaf, 70),
    };
    let fits = receipt.seq >= 1 && receipt.packets >= 1 && receipt.packets <= RECEIPT_PACKETS_MAX;
    if fits { Ok(receipt) } else { Err(Error::BadLeaf) }
}

/// First 8 bytes of the hash over (next, seq): the one place in the tree where this receipt can stand.
fn leaf_key(env: &Env, leaf: &[u8]) -> u64 {
    let mut input = [0; 16 + 36];
    input[..16].copy_from_slice(&LEAF_KEY);
    input[16..].copy_from_slice(&leaf[..36]);
    u64::from_be_bytes(take(&sha256(env, &input), 0))
}

fn leaf_hash(env: &Env, leaf: &[u8]) -> [u8; 32] {
    let mut input = [0; 1 + LEAF_BYTES];
    input[1..].copy_from_slice(leaf);
    sha256(env, &input)
}

/// One node of the tree on the way up.
struct Subtree {
    sum: u64,
    low: u64,
    hash: [u8; 32],
}

impl Subtree {
    fn read(bytes: &[u8]) -> Self {
        Self { sum: u64::from_be_bytes(take(bytes, 0)), low: u64::from_be_bytes(take(bytes, 8)), hash: take(bytes, 16) }
    }

    fn write(&self, to: &mut [u8]) {
        to[..8].copy_from_slice(&self.sum.to_be_bytes());
        to[8..16].copy_from_slice(&self.low.to_be_bytes());
        to[16..].copy_from_slice(&self.hash);
    }

    fn above(env: &Env, left: &Self, right: &Self) -> Result<Self, Error> {
        let mut input = [0; 1 + 2 * CHILD_BYTES];
        input[0] = 1;
        left.write(&mut input[1..1 + CHILD_BYTES]);
        right.write(&mut input[1 + CHILD_BYTES..]);
        let sum = left.sum.checked_add(right.sum).ok_or(Error::SumOverflow)?;
        Ok(Self { sum, low: left.low, hash: sha256(env, &input) })
    }
}

/// `opening`: leaf, depth u8, and per step from the leaf upwards right u8, sum u64, low u64, hash.
pub fn open(env: &Env, opening: &Bytes, root: &[u8; 32], packet_count: u64, index: u64) -> Result<Receipt, Error> {
    let mut buffer = [0; OPENING_BYTES_MAX];
    let len = opening.len() as usize;
    if !(LEAF_BYTES + 1..=OPENING_BYTES_MAX).contains(&len) {
        return Err(Error::BadOpening);
    }
    let bytes = &mut buffer[..len];
    opening.copy_into_slice(bytes);
    let (leaf, path) = bytes.split_at(LEAF_BYTES);
    let steps = &path[1..];
    if usize::from(path[0]) * STEP_BYTES != steps.len() {
        return Err(Error::BadOpening);
    }

    let receipt = read_leaf(leaf)?;
    let key = leaf_key(env, leaf);
    let mut at = Subtree { sum: u64::from(receipt.packets), low: key, hash: leaf_hash(env, leaf) };
    // Never above the sum, which is checked.
    let mut offset: u64 = 0;
    for step in steps.chunks_exact(STEP_BYTES) {
        let sibling = Subtree::read(&step[1..]);
        at = match step[0] {
            // Everything on the left has smaller keys than anything on the right: a key has one place in the tree.
            1 if key < sibling.low => Subtree::above(env, &at, &sibling)?,
            0 if sibling.low < at.low => {
                offset = offset.checked_add(sibling.sum).ok_or(Error::SumOverflow)?;
                Subtree::above(env, &sibling, &at)?
            }
            0 | 1 => return Err(Error::KeyOrder),
            _ => return Err(Error::BadOpening),
        };
    }
    if at.hash != *root {
        return Err(Error::RootMismatch);
    }
    if at.sum != packet_count {
        return Err(Error::CountMismatch);
    }
    if index < offset || index - offset >= u64::from(receipt.packets) {
        return Err(Error::SampleOutside);
    }
    Ok(receipt)
}
