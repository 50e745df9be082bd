//! Draw and account of each epoch: 24 of them are one temporary entry, which lives until no hour needs it any more.
use soroban_sdk::{Bytes, BytesN, Env};

use crate::{
    hours::LAPSE_EPOCHS,
    packed::{Reader, Writer},
    proofs::EPOCHS_KEPT,
    storage::{self, Key},
};

const DAY_EPOCHS: u32 = 24;
const EPOCH_BYTES: usize = 53;
/// From the epoch to the last hour that asks for it: one that was proved late and claimed late.
const LIFE_EPOCHS: u32 = DAY_EPOCHS + EPOCHS_KEPT + LAPSE_EPOCHS;

/// `known`: in which epoch `value` came; `drawn`: by the ledger. `total`: gross rewards attested in time; `late_paid`: out of what these left.
#[derive(Default)]
pub struct Epoch {
    pub value: Option<BytesN<32>>,
    pub known: u32,
    pub drawn: bool,
    pub total: i128,
    pub late_paid: i128,
}

const KNOWN: u8 = 1;
const DRAWN: u8 = 2;

fn place(epoch: u32) -> (Key, u32) {
    (Key::Day(epoch / DAY_EPOCHS), epoch % DAY_EPOCHS * EPOCH_BYTES as u32)
}

pub fn get(env: &Env, epoch: u32) -> Epoch {
    let (key, at) = place(epoch);
    let end = at + EPOCH_BYTES as u32;
    let Some(day) = storage::get_temporary::<Bytes>(env, &key).filter(|day| day.len() >= end) else {
        return Epoch::default();
    };
    let mut bytes = [0; EPOCH_BYTES];
    day.slice(at..end).copy_into_slice(&mut bytes);
    let mut reader = Reader::new(&bytes);
    let value = BytesN::from_array(env, &reader.take());
    let known = reader.u32();
    let flags = reader.u8();
    let (total, late_paid) = (reader.u64().into(), reader.u64().into());
    Epoch { value: (flags & KNOWN != 0).then_some(value), known, drawn: flags & DRAWN != 0, total, late_paid }
}

/// Sums are below 2^64: the bounds of parameters and a community of 2^26 nodes.
pub fn set(env: &Env, now: u32, epoch: u32, e: &Epoch) {
    let value = e.value.as_ref().map_or([0; 32], BytesN::to_array);
    let flags = if e.value.is_some() { KNOWN } else { 0 } | if e.drawn { DRAWN } else { 0 };
    let bytes: [u8; EPOCH_BYTES] = Writer::new()
        .put(&value)
        .put(&e.known.to_be_bytes())
        .put(&[flags])
        .put(&u64::try_from(e.total).unwrap().to_be_bytes())
        .put(&u64::try_from(e.late_paid).unwrap().to_be_bytes())
        .done();
    let (key, at) = place(epoch);
    let mut day: Bytes = storage::get_temporary(env, &key).unwrap_or(Bytes::new(env));
    while day.len() < at {
        day.extend_from_array(&[0; EPOCH_BYTES]);
    }
    if day.len() == at {
        day.extend_from_array(&bytes);
    } else {
        day.copy_from_slice(at, &bytes);
    }
    storage::set_temporary(env, &key, &day, (epoch + LIFE_EPOCHS).saturating_sub(now).max(1));
}
