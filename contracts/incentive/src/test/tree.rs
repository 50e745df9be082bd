//! The Merkle-sum tree of a node's hour, as whoever proves it builds it: docs/proofs.md §5. Written apart from the contract's checking.
use std::{vec, vec::Vec};

use super::messages::sha;

#[derive(Clone)]
pub struct Leaf {
    pub next: [u8; 32],
    pub seq: u32,
    pub packets: u16,
    pub bundles_root: [u8; 32],
    pub signature: [u8; 64],
}

impl Leaf {
    pub fn bytes(&self) -> Vec<u8> {
        [&self.next[..], &self.seq.to_be_bytes(), &self.packets.to_be_bytes(), &self.bundles_root, &self.signature].concat()
    }

    pub fn key(&self) -> u64 {
        let mut input = b"em-leaf-key-v1\0\0".to_vec();
        input.extend(self.next);
        input.extend(self.seq.to_be_bytes());
        u64::from_be_bytes(sha(&input)[..8].try_into().unwrap())
    }
}

/// Sum, smallest key, hash.
#[derive(Clone, Copy)]
pub struct Top {
    pub sum: u64,
    pub low: u64,
    pub hash: [u8; 32],
}

impl Top {
    fn bytes(&self) -> Vec<u8> {
        [&self.sum.to_be_bytes()[..], &self.low.to_be_bytes(), &self.hash].concat()
    }

    fn of_leaf(leaf: &Leaf) -> Self {
        let hash = sha(&[&[0][..], &leaf.bytes()].concat());
        Self { sum: leaf.packets.into(), low: leaf.key(), hash }
    }

    fn above(left: Self, right: Self) -> Self {
        let hash = sha(&[&[1][..], &left.bytes(), &right.bytes()].concat());
        Self { sum: left.sum.wrapping_add(right.sum), low: left.low, hash }
    }
}

#[derive(Clone, Copy)]
pub struct Step {
    pub right: u8,
    pub sibling: Top,
}

#[derive(Clone)]
pub struct Opening {
    pub leaf: Leaf,
    pub path: Vec<Step>,
}

impl Opening {
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.leaf.bytes();
        bytes.push(self.path.len() as u8);
        for step in &self.path {
            bytes.push(step.right);
            bytes.extend(step.sibling.bytes());
        }
        bytes
    }
}

/// Levels from the leaves to the top; a node without a sibling goes up as it is, which is RFC 6962's shape.
#[derive(Clone)]
pub struct Tree {
    pub leaves: Vec<Leaf>,
    levels: Vec<Vec<Top>>,
}

impl Tree {
    pub fn new(mut leaves: Vec<Leaf>) -> Self {
        leaves.sort_by_key(Leaf::key);
        Self::unsorted(leaves)
    }

    /// As a liar would who puts leaves where he likes.
    pub fn unsorted(leaves: Vec<Leaf>) -> Self {
        let mut levels = vec![leaves.iter().map(Top::of_leaf).collect::<Vec<_>>()];
        while levels.last().unwrap().len() > 1 {
            let below = levels.last().unwrap();
            let above = below.chunks(2).map(|pair| if pair.len() == 2 { Top::above(pair[0], pair[1]) } else { pair[0] });
            levels.push(above.collect());
        }
        Self { leaves, levels }
    }

    pub fn root(&self) -> [u8; 32] {
        self.levels.last().unwrap().first().map_or_else(|| sha(b""), |top| top.hash)
    }

    pub fn sum(&self) -> u64 {
        self.levels[0].iter().map(|leaf| leaf.sum).sum()
    }

    pub fn opening_at(&self, place: usize) -> Opening {
        let mut path = Vec::new();
        let mut at = place;
        for level in &self.levels {
            if let Some(sibling) = level.get(at ^ 1) {
                path.push(Step { right: u8::from(at & 1 == 0), sibling: *sibling });
            }
            at /= 2;
        }
        Opening { leaf: self.leaves[place].clone(), path }
    }

    pub fn opening_of(&self, packet: u64) -> Opening {
        let mut end = 0;
        let place = self.levels[0].iter().position(|leaf| {
            end += leaf.sum;
            packet < end
        });
        self.opening_at(place.unwrap())
    }
}
