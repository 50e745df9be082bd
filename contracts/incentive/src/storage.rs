//! What stands in the ledger, but for nodes (nodes.rs) and epochs (epochs.rs). Rent decides the shapes: a new persistent entry pays for 120 days at once.
use soroban_sdk::{BytesN, Env, IntoVal, TryFromVal, Val, contracttype};

use crate::types::{Chain, Config, Params, Proposal};

#[contracttype]
#[derive(Clone)]
pub enum Key {
    /// In the instance, which every call loads.
    Config,
    Chain,
    Counts,
    /// By public key.
    Node(BytesN<32>),
    /// By the first epoch in which they hold.
    Params(u32),
    /// A key that was the hub's: last epoch for which its receipts count.
    FormerHub(BytesN<32>),
    /// 24 epochs each; temporary.
    Day(u32),
    /// By period: nodes past probation that proved an hour in it; temporary.
    Voters(u32),
    /// Temporary: what became of it is in the events.
    Proposal(u32),
}

const LEDGER_SECONDS: u32 = 5;
/// A month, two months.
const LEDGERS_MIN: u32 = 518_400;
const LEDGERS: u32 = 1_036_800;

pub fn get<T: TryFromVal<Env, Val>>(env: &Env, key: &Key) -> Option<T> {
    env.storage().persistent().get(key)
}

pub fn set<T: IntoVal<Env, Val>>(env: &Env, key: &Key, value: &T) {
    env.storage().persistent().set(key, value);
    keep(env, key);
}

pub fn keep(env: &Env, key: &Key) {
    env.storage().persistent().extend_ttl(key, LEDGERS_MIN, LEDGERS);
}

pub fn keep_instance(env: &Env) {
    env.storage().instance().extend_ttl(LEDGERS_MIN, LEDGERS);
}

pub fn get_temporary<T: TryFromVal<Env, Val>>(env: &Env, key: &Key) -> Option<T> {
    env.storage().temporary().get(key)
}

/// For so many epochs from now on, as ledgers close today; anybody may extend it.
pub fn set_temporary<T: IntoVal<Env, Val>>(env: &Env, key: &Key, value: &T, epochs: u32) {
    env.storage().temporary().set(key, value);
    let ledgers = epochs.saturating_mul(config(env).epoch_seconds).div_ceil(LEDGER_SECONDS).min(env.storage().max_ttl() - 1);
    env.storage().temporary().extend_ttl(key, ledgers, ledgers);
}

/// Set by the constructor, so it is there.
pub fn config(env: &Env) -> Config {
    env.storage().instance().get(&Key::Config).unwrap()
}

pub fn set_config(env: &Env, config: &Config) {
    env.storage().instance().set(&Key::Config, config);
}

pub fn chain(env: &Env) -> Chain {
    env.storage().instance().get(&Key::Chain).unwrap()
}

pub fn set_chain(env: &Env, chain: &Chain) {
    env.storage().instance().set(&Key::Chain, chain);
}

/// `params_from`: key of the newest parameters.
#[contracttype]
#[derive(Clone, Default)]
pub struct Counts {
    pub nodes: u32,
    pub proposals: u32,
    pub params_from: u32,
}

pub fn counts(env: &Env) -> Counts {
    env.storage().instance().get(&Key::Counts).unwrap_or_default()
}

pub fn set_counts(env: &Env, counts: &Counts) {
    env.storage().instance().set(&Key::Counts, counts);
}

/// Number of the epoch that is running.
pub fn now(env: &Env, config: &Config) -> u32 {
    u32::try_from(env.ledger().timestamp() / u64::from(config.epoch_seconds)).unwrap()
}

/// With the key of those before.
type ParamsRow = (Params, u32);

/// Goes back from the newest. A set holds for a day at least, so any epoch that still matters is some steps away.
pub fn params_of(env: &Env, epoch: u32) -> Params {
    let mut from = counts(env).params_from;
    loop {
        let (params, before): ParamsRow = get(env, &Key::Params(from)).unwrap();
        if from <= epoch {
            // Rarely written, always needed.
            keep(env, &Key::Params(from));
            return params;
        }
        from = before;
    }
}

pub fn set_params(env: &Env, from: u32, params: &Params, before: u32) {
    set(env, &Key::Params(from), &(params.clone(), before));
}

pub fn voters(env: &Env, period: u32) -> u32 {
    get_temporary(env, &Key::Voters(period)).unwrap_or(0)
}

pub fn set_voters(env: &Env, period: u32, count: u32, epochs: u32) {
    set_temporary(env, &Key::Voters(period), &count, epochs);
}

pub fn proposal(env: &Env, id: u32) -> Option<Proposal> {
    get_temporary(env, &Key::Proposal(id))
}

pub fn set_proposal(env: &Env, id: u32, proposal: &Proposal, epochs: u32) {
    set_temporary(env, &Key::Proposal(id), proposal, epochs);
}

pub fn former_hub_until(env: &Env, key: &BytesN<32>) -> Option<u32> {
    get(env, &Key::FormerHub(key.clone()))
}

pub fn set_former_hub(env: &Env, key: &BytesN<32>, until: u32) {
    set(env, &Key::FormerHub(key.clone()), &until);
}
