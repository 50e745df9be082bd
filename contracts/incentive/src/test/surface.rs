//! What others build on: the committed wasm, its names and its codes.
use std::{collections::BTreeSet, string::String, vec::Vec};

use soroban_sdk::xdr::{Limited, Limits, ReadXdr, ScSpecEntry};

use super::{
    messages::sha,
    record::hex,
    world::{Build, Fault, WASM, World, defaults},
};
use crate::{errors::Error, params};

/// The section that tells tools what can be called.
fn spec() -> Vec<ScSpecEntry> {
    let name = b"contractspecv0";
    let at = WASM.windows(name.len()).position(|window| window == name).unwrap();
    // The size of the section stands before its name: LEB128, then the name's length.
    let (mut size, mut shift, mut from) = (0usize, 0, at - 2);
    while WASM[from - 1] & 0x80 != 0 {
        from -= 1;
    }
    for byte in &WASM[from..at - 1] {
        size |= usize::from(byte & 0x7f) << shift;
        shift += 7;
    }
    let body = &WASM[at + name.len()..at - 1 + size];
    ScSpecEntry::read_xdr_iter(&mut Limited::new(body, Limits::none())).map(Result::unwrap).collect()
}

#[test]
fn the_wasm_is_the_one_whose_hash_is_kept() {
    let kept = include_str!("../../incentive.wasm.sha256");
    assert_eq!(kept.split_whitespace().collect::<Vec<_>>(), [hex(&sha(WASM)).as_str(), "incentive.wasm"]);
    assert!(WASM.len() < 64 * 1024, "{} bytes", WASM.len());
}

#[test]
fn no_path_of_the_building_machine_is_in_it() {
    for text in ["/home/", "/root/", ".cargo", "rustc/", "/usr/"] {
        assert!(!WASM.windows(text.len()).any(|window| window == text.as_bytes()), "{text}");
    }
}

#[test]
fn these_functions_and_no_others() {
    let names: BTreeSet<String> = spec()
        .iter()
        .filter_map(|entry| match entry {
            ScSpecEntry::FunctionV0(function) => Some(function.name.to_utf8_string_lossy()),
            _ => None,
        })
        .collect();
    let expected = "__constructor attest attest_batch chain challenge claim config draw earnings epoch execute forfeit node params proof \
        proposal propose publish register reveal submit_batch submit_proof vote";
    assert_eq!(names, expected.split_whitespace().map(String::from).collect());
}

#[test]
fn every_code_and_event_is_in_the_specification_of_the_wasm() {
    let entries = spec();
    let codes = entries.iter().find_map(|entry| match entry {
        ScSpecEntry::UdtErrorEnumV0(codes) => Some(codes.cases.len()),
        _ => None,
    });
    assert_eq!(codes, Some(53));
    let events = entries.iter().filter(|entry| matches!(entry, ScSpecEntry::EventV0(_))).count();
    assert_eq!(events, 15);
}

fn it_is_not_set_up_wrongly(build: Build) {
    let refused = |epoch_seconds: u32, spoil: fn(&mut crate::types::Params)| {
        std::panic::catch_unwind(move || World::with_epoch_seconds(build, epoch_seconds, spoil)).is_err()
    };
    assert!(refused(9, |_| {}));
    assert!(refused(3601, |_| {}));
    assert!(refused(0, |_| {}));
    assert!(refused(3600, |p| p.samples = 0));
    assert!(!refused(10, |_| {}));
    assert!(!refused(3600, |_| {}));
    assert_eq!(params::check(&defaults()), Ok(()));
}

fn it_is_set_up_once(build: Build) {
    let mut w = World::new(build, |_| {});
    let arguments = (w.config.clone(), defaults());
    assert!(matches!(w.call::<()>("__constructor", arguments), Err(Fault::Host(_))));
}

/// Errors inside a batch are codes of their own, so they must not be 0.
#[test]
fn no_code_is_zero() {
    assert!(Error::BadConfig as u32 > 0);
}

on_both!(it_is_not_set_up_wrongly, it_is_set_up_once);
