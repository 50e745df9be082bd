//! The signed bytes, written a second time and from the specification: docs/proofs.md §3.
use std::vec::Vec;

use sha2::{Digest, Sha256};

pub fn sha(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[derive(Clone, Copy)]
pub struct Domain {
    pub network: [u8; 32],
    pub contract: [u8; 32],
}

impl Domain {
    fn begin(&self, tag: &str) -> Vec<u8> {
        let mut bytes = tag.as_bytes().to_vec();
        bytes.resize(16, 0);
        bytes.extend(self.network);
        bytes.extend(self.contract);
        bytes
    }

    pub fn proof(&self, node: &[u8; 32], packets: u64, timestamp: u64, root: &[u8; 32]) -> Vec<u8> {
        [&self.begin("em-proof-v1")[..], node, &packets.to_be_bytes(), &timestamp.to_be_bytes(), root].concat()
    }

    pub fn receipt(&self, epoch: u32, relay: &[u8; 32], next: &[u8; 32], seq: u32, packets: u16, root: &[u8; 32]) -> Vec<u8> {
        let head = self.begin("em-receipt-v1");
        [&head[..], &epoch.to_be_bytes(), relay, next, &seq.to_be_bytes(), &packets.to_be_bytes(), root].concat()
    }

    pub fn member(&self, node: &[u8; 32]) -> Vec<u8> {
        [&self.begin("em-member-v1")[..], node].concat()
    }

    pub fn register(&self, node: &[u8; 32], nonce: u32, payout: &str) -> Vec<u8> {
        [&self.begin("em-register-v1")[..], node, &nonce.to_be_bytes(), payout.as_bytes()].concat()
    }

    pub fn attest(&self, node: &[u8; 32], epoch: u32, uptime_bp: u32, latency_us: u32, earning: u64) -> Vec<u8> {
        let head = self.begin("em-attest-v1");
        [&head[..], node, &epoch.to_be_bytes(), &uptime_bp.to_be_bytes(), &latency_us.to_be_bytes(), &earning.to_be_bytes()].concat()
    }

    pub fn challenge(&self, node: &[u8; 32], epoch: u32) -> Vec<u8> {
        [&self.begin("em-challenge-v1")[..], node, &epoch.to_be_bytes()].concat()
    }

    pub fn propose(&self, node: &[u8; 32], nonce: u32, change_hash: &[u8; 32]) -> Vec<u8> {
        [&self.begin("em-propose-v1")[..], node, &nonce.to_be_bytes(), change_hash].concat()
    }

    pub fn vote(&self, node: &[u8; 32], proposal: u32, yes: bool) -> Vec<u8> {
        [&self.begin("em-vote-v1")[..], node, &proposal.to_be_bytes(), &[u8::from(yes)]].concat()
    }
}
