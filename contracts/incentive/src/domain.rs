//! The bytes that are signed: a tag of 16 bytes, the network, this contract, then fixed widths, big-endian. docs/proofs.md §3
use soroban_sdk::{Bytes, BytesN, Env, xdr::ToXdr};

const BYTES_MAX: usize = 192;

/// Of all tags: short enough, and padded with zeros.
const fn tag(text: &str) -> [u8; 16] {
    let from = text.as_bytes();
    let mut to = [0; 16];
    let mut i = 0;
    while i < from.len() {
        to[i] = from[i];
        i += 1;
    }
    to
}

pub const PROOF: [u8; 16] = tag("em-proof-v1");
pub const RECEIPT: [u8; 16] = tag("em-receipt-v1");
pub const MEMBER: [u8; 16] = tag("em-member-v1");
pub const REGISTER: [u8; 16] = tag("em-register-v1");
pub const ATTEST: [u8; 16] = tag("em-attest-v1");
pub const CHALLENGE: [u8; 16] = tag("em-challenge-v1");
pub const PROPOSE: [u8; 16] = tag("em-propose-v1");
pub const VOTE: [u8; 16] = tag("em-vote-v1");
pub const LEAF_KEY: [u8; 16] = tag("em-leaf-key-v1");

/// Network and contract: asked of the host once per call, however many messages are checked.
pub struct Domain<'a> {
    env: &'a Env,
    prefix: [u8; 64],
}

impl<'a> Domain<'a> {
    pub fn new(env: &'a Env) -> Self {
        let mut prefix = [0; 64];
        prefix[..32].copy_from_slice(&env.ledger().network_id().to_array());
        // XDR of an address as value: 4 bytes kind of value, 4 bytes kind of address, then the contract's hash.
        let address = env.current_contract_address().to_xdr(env);
        address.slice(8..40).copy_into_slice(&mut prefix[32..]);
        Self { env, prefix }
    }

    pub fn message(&self, tag: &[u8; 16]) -> Message {
        let mut message = Message { bytes: [0; BYTES_MAX], len: 0 };
        message.put(tag);
        message.put(&self.prefix);
        message
    }

    /// Ends the whole call when the signature does not hold.
    pub fn verify(&self, key: &BytesN<32>, message: &Message, signature: &BytesN<64>) {
        let bytes = Bytes::from_slice(self.env, &message.bytes[..message.len]);
        self.env.crypto().ed25519_verify(key, &bytes, signature);
    }
}

pub struct Message {
    bytes: [u8; BYTES_MAX],
    len: usize,
}

impl Message {
    pub fn put(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
        self
    }

    pub fn key(&mut self, key: &BytesN<32>) -> &mut Self {
        self.put(&key.to_array())
    }

    pub fn u8(&mut self, value: u8) -> &mut Self {
        self.put(&[value])
    }

    pub fn u16(&mut self, value: u16) -> &mut Self {
        self.put(&value.to_be_bytes())
    }

    pub fn u32(&mut self, value: u32) -> &mut Self {
        self.put(&value.to_be_bytes())
    }

    pub fn u64(&mut self, value: u64) -> &mut Self {
        self.put(&value.to_be_bytes())
    }
}

pub fn sha256(env: &Env, bytes: &[u8]) -> [u8; 32] {
    env.crypto().sha256(&Bytes::from_slice(env, bytes)).to_array()
}
