//! Writes down what the real host did, for packages/localnet to do again: vectors/*.json.
use std::{format, path::PathBuf, string::String, vec::Vec as List};

use serde_json::{Value, json};
use soroban_sdk::{
    Address, Env, TryFromVal, Val, Vec,
    testutils::Events as _,
    xdr::{Limits, ScVal, WriteXdr},
};

use super::{
    ledger::PASSPHRASE,
    world::{DEPLOYER, Fault, Outcome, SALT, World, strkey},
};

pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |n: usize| DIGITS[n & 63] as char;
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let n = three.iter().fold(0, |n, byte| n << 8 | usize::from(*byte)) << (8 * (3 - three.len()));
        text.push(digit(n >> 18));
        text.push(digit(n >> 12));
        text.push(if three.len() > 1 { digit(n >> 6) } else { '=' });
        text.push(if three.len() > 2 { digit(n) } else { '=' });
    }
    text
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn xdr(value: &impl WriteXdr) -> String {
    base64(&value.to_xdr(Limits::none()).unwrap())
}

fn scval(env: &Env, value: &Val) -> String {
    xdr(&ScVal::try_from_val(env, value).unwrap())
}

#[derive(Default)]
pub struct Recorder {
    steps: List<Value>,
}

impl Recorder {
    pub fn step(&mut self, env: &Env, contract: &Address, function: &str, arguments: &Vec<Val>, result: &Outcome<Val>) {
        let events = env.events().all().filter_by_contract(contract);
        let only_asks = matches!(function, "config" | "chain" | "params" | "node" | "proof" | "epoch" | "proposal" | "earnings");
        assert!(only_asks || result.is_err() || !events.events().is_empty(), "{function} changed something and told nobody");
        let result = match result {
            Ok(value) => json!({ "ok": scval(env, value) }),
            Err(Fault::Code(error)) => json!({ "error": *error as u32 }),
            Err(Fault::Host(kind)) => json!({ "trap": kind }),
        };
        self.steps.push(json!({
            "function": function,
            "args": arguments.iter().map(|value| scval(env, &value)).collect::<List<_>>(),
            "at": env.ledger().timestamp(),
            "result": result,
            "events": events.events().iter().map(xdr).collect::<List<_>>(),
        }));
    }
}

impl World {
    pub fn record(&mut self) {
        self.recorder = Some(Recorder::default());
    }

    /// Ends the recording: the file has to hold it already, or RECORD is set and it is written.
    pub fn keep(&mut self, name: &str, story: &str, watched: &[Address]) {
        use soroban_sdk::IntoVal;
        let steps = self.recorder.take().unwrap().steps;
        let begin: Val = self.config.clone().into_val(&self.env);
        let params: Val = self.first_params.clone().into_val(&self.env);
        let balances = watched.iter().map(|address| (strkey(address), json!(format!("{}", self.balance(address)))));
        let deployer = super::actors::signing_key(DEPLOYER).verifying_key().to_bytes();
        let value = json!({
            "story": story,
            "passphrase": PASSPHRASE,
            "deployer": hex(&deployer),
            "salt": hex(&SALT),
            "contract": strkey(&self.id),
            "token": strkey(&self.token),
            "config": scval(&self.env, &begin),
            "params": scval(&self.env, &params),
            "deployedAt": self.deployed_at,
            "funded": format!("{}", self.funded),
            "accounts": self.accounts.iter().map(|(address, stroops)| (strkey(address), json!(format!("{stroops}")))).collect::<serde_json::Map<_, _>>(),
            "steps": steps,
            "balances": balances.collect::<serde_json::Map<_, _>>(),
        });
        let text = format!("{}\n", serde_json::to_string_pretty(&value).unwrap());
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors").join(format!("{name}.json"));
        if std::env::var_os("RECORD").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            return;
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == text, "vectors/{name}.json is not what the host does now; write it anew with RECORD=1");
    }
}
