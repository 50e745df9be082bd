//! What callers send and views answer. Integers are checked where they are used; bounds of `Params` stand in params.rs.
use soroban_sdk::{Address, Bytes, BytesN, contracttype};

/// How the contract was set up. `epoch_seconds` is 3600; another length is for test networks.
#[contracttype]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Config {
    pub token: Address,
    pub hub_key: BytesN<32>,
    pub anchor: BytesN<32>,
    pub anchor_epoch: u32,
    pub epoch_seconds: u32,
}

/// What the community votes on.
#[contracttype]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Params {
    pub stroops_per_1000: u32,
    pub bonus_uptime_bp: u32,
    pub bonus_latency_bp: u32,
    pub penalty_bp: u32,
    pub uptime_high_bp: u32,
    pub uptime_low_bp: u32,
    pub latency_us_max: u32,
    pub epoch_budget: i128,
    pub node_cap: u64,
    pub pair_cap: u64,
    pub device_quota: u32,
    pub probation_epochs: u32,
    pub probation_bp: u32,
    pub audit_bp: u32,
    pub samples: u32,
    pub reveal_epochs: u32,
    pub settle_epochs: u32,
    pub quorum_bp: u32,
    pub voting_epochs: u32,
    pub timelock_epochs: u32,
}

/// Another key signs for the hub, and another hash chain is drawn from.
#[contracttype]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HubChange {
    pub hub_key: BytesN<32>,
    pub anchor: BytesN<32>,
    pub anchor_epoch: u32,
}

#[contracttype]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Change {
    Params(Params),
    Hub(HubChange),
}

/// A node's hour, signed by the node.
#[contracttype]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Proof {
    pub node: BytesN<32>,
    pub packet_count: u64,
    pub timestamp: u64,
    pub merkle_root: BytesN<32>,
    pub signature: BytesN<64>,
}

/// What the hub knows of a node's hour, signed by the hub. `latency_us` is `u32::MAX` when nobody measured it.
#[contracttype]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attestation {
    pub node: BytesN<32>,
    pub epoch: u32,
    pub uptime_bp: u32,
    pub latency_us: u32,
    pub earning: u64,
    pub signature: BytesN<64>,
}

/// Last published value of the hub's hash chain.
#[contracttype]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Chain {
    pub epoch: u32,
    pub value: BytesN<32>,
}

/// `index` counts registrations from 1; `probation_from` moves when the node is caught.
#[contracttype]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NodeView {
    pub payout: Address,
    pub nonce: u32,
    pub index: u32,
    pub registered: u32,
    pub probation_from: u32,
    pub caught: u32,
    pub proposing_until: u32,
}

/// Sums over the node's closed hours, claimed or forfeited: packets, and stroops before the budget, paid and lost.
#[contracttype]
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Earnings {
    pub proved: u64,
    pub gross: i128,
    pub paid: i128,
    pub forfeited: i128,
}

#[contracttype]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum Status {
    Open = 0,
    Cleared = 1,
    Paid = 2,
    Forfeited = 3,
}

/// `uptime_bp`, `latency_us`, `earning`: the hub's word, if it spoke, and `in_time` for the epoch's account. `gross` before the budget; `seed` once the
/// chain's value is known; `must_reveal`: drawn or challenged; `deadline`: last epoch for the reveal then.
#[contracttype]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProofView {
    pub packet_count: u64,
    pub merkle_root: BytesN<32>,
    pub accepted: u32,
    pub status: Status,
    pub uptime_bp: Option<u32>,
    pub latency_us: Option<u32>,
    pub earning: Option<u64>,
    pub in_time: bool,
    pub on_probation: bool,
    pub gross: i128,
    pub challenged: Option<u32>,
    pub seed: Option<BytesN<32>>,
    pub must_reveal: bool,
    pub deadline: Option<u32>,
}

/// `value`, `known`: the chain's value and the epoch in which it came; `drawn`: by the ledger, because the hub was silent.
/// `total`: gross rewards attested in time; `late_paid`: paid to others out of what these left.
#[contracttype]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EpochView {
    pub value: Option<BytesN<32>>,
    pub known: u32,
    pub drawn: bool,
    pub budget: i128,
    pub total: i128,
    pub late_paid: i128,
    pub settled: bool,
}

/// `period`: who may vote proved hours past probation in that week; none: every node up to `registered` may.
/// `voted`: a bit for each node by its index, the lowest of the first byte unused.
#[contracttype]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Proposal {
    pub change: Change,
    pub node: BytesN<32>,
    pub voting_ends: u32,
    pub executable_from: u32,
    pub period: Option<u32>,
    pub registered: u32,
    pub eligible: u32,
    pub needed: u32,
    pub yes: u32,
    pub no: u32,
    pub executed: bool,
    pub voted: Bytes,
}
