//! A registered node: one entry with all that changes every hour.
use soroban_sdk::{Address, Bytes, BytesN, Env};

use crate::{
    errors::Error,
    hours::{Hour, Hours},
    packed::{Reader, Writer},
    storage::{self, Key},
    types::{Earnings, Params},
};

const HEAD_BYTES: usize = 92;
const SEEN_WORDS: usize = 3;

/// `active`: in which of the last 32 periods up to `period` the node proved an hour past probation; the lowest bit is `period`.
pub struct Node {
    pub payout: Address,
    pub nonce: u32,
    pub index: u32,
    pub registered: u32,
    pub probation_from: u32,
    pub caught: u32,
    pub period: u32,
    pub active: u32,
    pub proposing_until: u32,
    pub earnings: Earnings,
    pub seen: Seen,
    pub hours: Hours,
}

type Row = (Address, Bytes, Bytes);

impl Node {
    pub fn new(env: &Env, payout: Address, nonce: u32, index: u32, now: u32) -> Self {
        Self {
            payout,
            nonce,
            index,
            registered: now,
            probation_from: now,
            caught: 0,
            period: 0,
            active: 0,
            proposing_until: 0,
            earnings: Earnings::default(),
            seen: Seen::default(),
            hours: Hours::none(env),
        }
    }

    pub fn get(env: &Env, key: &BytesN<32>) -> Result<Self, Error> {
        let (payout, head, hours): Row = storage::get(env, &Key::Node(key.clone())).ok_or(Error::NotRegistered)?;
        let mut bytes = [0; HEAD_BYTES];
        head.copy_into_slice(&mut bytes);
        let mut r = Reader::new(&bytes);
        Ok(Self {
            payout,
            nonce: r.u32(),
            index: r.u32(),
            registered: r.u32(),
            probation_from: r.u32(),
            caught: r.u32(),
            period: r.u32(),
            active: r.u32(),
            proposing_until: r.u32(),
            earnings: Earnings { proved: r.u64(), gross: r.u64().into(), paid: r.u64().into(), forfeited: r.u64().into() },
            seen: Seen { newest: r.u32(), bits: [r.u64(), r.u64(), r.u64()] },
            hours: Hours::read(hours),
        })
    }

    pub fn exists(env: &Env, key: &BytesN<32>) -> bool {
        env.storage().persistent().has(&Key::Node(key.clone()))
    }

    pub fn set(&self, env: &Env, key: &BytesN<32>) {
        let mut head = Writer::new();
        for number in
            [self.nonce, self.index, self.registered, self.probation_from, self.caught, self.period, self.active, self.proposing_until]
        {
            head = head.put(&number.to_be_bytes());
        }
        head = head.put(&self.earnings.proved.to_be_bytes());
        // Within the bounds of parameters an hour is below 2^37 stroops: 64 bits hold thousands of years.
        for sum in [self.earnings.gross, self.earnings.paid, self.earnings.forfeited] {
            head = head.put(&u64::try_from(sum).unwrap().to_be_bytes());
        }
        head = head.put(&self.seen.newest.to_be_bytes());
        for word in self.seen.bits {
            head = head.put(&word.to_be_bytes());
        }
        let head: [u8; HEAD_BYTES] = head.done();
        let row: Row = (self.payout.clone(), Bytes::from_array(env, &head), self.hours.bytes().clone());
        storage::set(env, &Key::Node(key.clone()), &row);
    }

    /// The hour's slot and what stands in it, while it is open.
    pub fn open_hour(&self, epoch: u32, now: u32) -> Result<(u32, Hour), Error> {
        let (slot, hour) = self.hours.find(epoch).ok_or(Error::NoProof)?;
        hour.check_open(now)?;
        Ok((slot, hour))
    }

    pub fn on_probation(&self, epoch: u32, params: &Params) -> bool {
        epoch < self.probation_from.saturating_add(params.probation_epochs)
    }
}

/// Which of the last 192 epochs up to `newest` were proved: more than are still accepted. The lowest bit is `newest`.
#[derive(Default)]
pub struct Seen {
    newest: u32,
    bits: [u64; SEEN_WORDS],
}

impl Seen {
    pub fn has(&self, epoch: u32) -> bool {
        self.newest.checked_sub(epoch).is_some_and(|ago| self.bits.get(ago as usize / 64).is_some_and(|word| word >> (ago % 64) & 1 == 1))
    }

    pub fn add(&mut self, epoch: u32) {
        if let Some(by) = epoch.checked_sub(self.newest) {
            self.shift(by);
            self.newest = epoch;
        }
        let ago = self.newest - epoch;
        if let Some(word) = self.bits.get_mut(ago as usize / 64) {
            *word |= 1 << (ago % 64);
        }
    }

    fn shift(&mut self, by: u32) {
        let words = by as usize / 64;
        let bits = by % 64;
        for to in (0..SEEN_WORDS).rev() {
            let from = |back: usize| to.checked_sub(words + back).map_or(0, |i| self.bits[i]);
            let carried = if bits == 0 { 0 } else { from(1) >> (64 - bits) };
            self.bits[to] = from(0) << bits | carried;
        }
    }
}
