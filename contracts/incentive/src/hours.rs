//! A node's hours that are not paid yet, in slots that are used again: docs/decisions/0018-incentive-contract.md
use soroban_sdk::{Bytes, Env};

use crate::{
    errors::Error,
    packed::{Reader, Writer},
    types::Status,
};

/// An hour that nobody claims is over after so many epochs; what it needs of its epochs is kept no longer.
pub const LAPSE_EPOCHS: u32 = 960;
/// A week that was proved late, and some that wait to be shown.
const HOURS_MAX: u32 = 256;
/// Slots that stay when a backlog is paid: as many as are open at once when claims come every other day.
const HOURS_KEPT: u32 = 48;
/// Rent for a slot is paid months ahead: who claims seldom shall not pay for the same ones again each time.
const TRIM_MAX: usize = 2;
const HOUR_BYTES: usize = 54;
/// Slots that are asked of the host at once.
const CHUNK: usize = 16;

/// The hub's word. `on_probation`, as the node was when it spoke; `in_time`: before the epoch's account was closed, so that the hour takes part in
/// the budget's shares.
#[derive(Clone)]
pub struct Attested {
    pub uptime_bp: u32,
    pub latency_us: u32,
    pub earning: u64,
    pub on_probation: bool,
    pub in_time: bool,
}

/// A proof that was accepted, and what became of it.
pub struct Hour {
    pub epoch: u32,
    pub packet_count: u64,
    pub merkle_root: [u8; 32],
    pub accepted: u32,
    pub status: Status,
    pub challenged: Option<u32>,
    pub attested: Option<Attested>,
}

const STATUS: u8 = 3;
const ATTESTED: u8 = 4;
const ON_PROBATION: u8 = 8;
const IN_TIME: u8 = 16;

fn flag(is: bool, bit: u8) -> u8 {
    if is { bit } else { 0 }
}

impl Hour {
    /// Later epochs as their distance: to the acceptance at most 168, from there to a challenge at most `LAPSE_EPOCHS`.
    fn pack(&self) -> [u8; HOUR_BYTES] {
        let word = self.attested.as_ref();
        let flags = self.status as u8
            | flag(word.is_some(), ATTESTED)
            | flag(word.is_some_and(|w| w.on_probation), ON_PROBATION)
            | flag(word.is_some_and(|w| w.in_time), IN_TIME);
        let challenged = self.challenged.map_or(0, |at| at - self.accepted + 1);
        Writer::new()
            .put(&self.epoch.to_be_bytes())
            .put(&((self.accepted - self.epoch) as u8).to_be_bytes())
            .put(&[flags])
            .put(&(self.packet_count as u32).to_be_bytes())
            .put(&self.merkle_root)
            .put(&(challenged as u16).to_be_bytes())
            .put(&(word.map_or(0, |w| w.uptime_bp) as u16).to_be_bytes())
            .put(&word.map_or(0, |w| w.latency_us).to_be_bytes())
            .put(&(word.map_or(0, |w| w.earning) as u32).to_be_bytes())
            .done()
    }

    fn unpack(bytes: &[u8]) -> Self {
        let mut reader = Reader::new(bytes);
        let epoch = reader.u32();
        let accepted = epoch + u32::from(reader.u8());
        let flags = reader.u8();
        let packet_count = reader.u32().into();
        let merkle_root = reader.take();
        let challenged = match reader.u16() {
            0 => None,
            after => Some(accepted + u32::from(after) - 1),
        };
        let (uptime_bp, latency_us, earning) = (reader.u16().into(), reader.u32(), reader.u32().into());
        let (on_probation, in_time) = (flags & ON_PROBATION != 0, flags & IN_TIME != 0);
        let attested = (flags & ATTESTED != 0).then_some(Attested { uptime_bp, latency_us, earning, on_probation, in_time });
        Self { epoch, packet_count, merkle_root, accepted, status: status_of(flags), challenged, attested }
    }

    /// None while it may still be attested, challenged, shown and claimed.
    pub fn check_open(&self, now: u32) -> Result<(), Error> {
        match self.status {
            Status::Paid => Err(Error::AlreadyPaid),
            Status::Forfeited => Err(Error::Forfeited),
            Status::Open | Status::Cleared if now >= self.accepted + LAPSE_EPOCHS => Err(Error::Lapsed),
            Status::Open | Status::Cleared => Ok(()),
        }
    }
}

fn status_of(flags: u8) -> Status {
    match flags & STATUS {
        0 => Status::Open,
        1 => Status::Cleared,
        2 => Status::Paid,
        _ => Status::Forfeited,
    }
}

/// The slots, as the entry holds them.
pub struct Hours {
    bytes: Bytes,
}

impl Hours {
    pub fn none(env: &Env) -> Self {
        Self { bytes: Bytes::new(env) }
    }

    pub fn read(bytes: Bytes) -> Self {
        Self { bytes }
    }

    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    fn len(&self) -> u32 {
        self.bytes.len() / HOUR_BYTES as u32
    }

    /// The slot of that epoch and what stands in it, closed or not.
    pub fn find(&self, epoch: u32) -> Option<(u32, Hour)> {
        self.search(|hour| hour.epoch == epoch)
    }

    fn search(&self, mut is: impl FnMut(&Hour) -> bool) -> Option<(u32, Hour)> {
        let mut buffer = [0; CHUNK * HOUR_BYTES];
        for first in (0..self.len()).step_by(CHUNK) {
            let end = self.bytes.len().min((first + CHUNK as u32) * HOUR_BYTES as u32);
            let part = self.bytes.slice(first * HOUR_BYTES as u32..end);
            let some = &mut buffer[..part.len() as usize];
            part.copy_into_slice(some);
            for (slot, bytes) in (first..).zip(some.chunks_exact(HOUR_BYTES)) {
                let hour = Hour::unpack(bytes);
                if is(&hour) {
                    return Some((slot, hour));
                }
            }
        }
        None
    }

    pub fn put(&mut self, slot: u32, hour: &Hour) {
        self.bytes.copy_from_slice(slot * HOUR_BYTES as u32, &hour.pack());
    }

    /// Into the slot of the oldest hour that is closed, or a new one.
    pub fn add(&mut self, now: u32, hour: &Hour) -> Result<(), Error> {
        let mut oldest: Option<(u32, u32)> = None;
        let mut slot = 0;
        self.search(|other| {
            if other.check_open(now).is_err() && oldest.is_none_or(|(epoch, _)| other.epoch < epoch) {
                oldest = Some((other.epoch, slot));
            }
            slot += 1;
            false
        });
        match oldest {
            Some((_, slot)) => self.put(slot, hour),
            None if self.len() >= HOURS_MAX => return Err(Error::TooManyOpen),
            None => self.bytes.extend_from_array(&hour.pack()),
        }
        Ok(())
    }

    /// Gives back what a backlog took, little by little from the end.
    pub fn trim(&mut self, now: u32) {
        for _ in 0..TRIM_MAX {
            if self.len() <= HOURS_KEPT {
                return;
            }
            let last = self.bytes.len() - HOUR_BYTES as u32;
            let mut buffer = [0; HOUR_BYTES];
            self.bytes.slice(last..).copy_into_slice(&mut buffer);
            if Hour::unpack(&buffer).check_open(now).is_ok() {
                return;
            }
            self.bytes = self.bytes.slice(..last);
        }
    }
}
