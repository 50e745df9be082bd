//! Everything that changes is told, so that an hour's earnings can be explained from events alone. Topics: name, then the node where there is one.
use soroban_sdk::{Address, BytesN, contractevent};

use crate::types::{Change, Params};

#[contractevent(topics = ["registered"], sparse = false)]
pub struct Registered {
    #[topic]
    pub node: BytesN<32>,
    pub payout: Address,
    pub index: u32,
}

#[contractevent(topics = ["payout"], sparse = false)]
pub struct PayoutChanged {
    #[topic]
    pub node: BytesN<32>,
    pub payout: Address,
    pub nonce: u32,
}

#[contractevent(topics = ["proved"], sparse = false)]
pub struct Proved {
    #[topic]
    pub node: BytesN<32>,
    pub epoch: u32,
    pub packet_count: u64,
    pub merkle_root: BytesN<32>,
    pub accepted: u32,
}

/// `packets` x rate x `bp` x `share_bp` is `gross`.
#[contractevent(topics = ["attested"], sparse = false)]
pub struct AttestedEvent {
    #[topic]
    pub node: BytesN<32>,
    pub epoch: u32,
    pub uptime_bp: u32,
    pub latency_us: u32,
    pub earning: u64,
    pub packets: u64,
    pub bp: u32,
    pub share_bp: u32,
    pub gross: i128,
    pub in_time: bool,
}

#[contractevent(topics = ["published"], sparse = false)]
pub struct Published {
    pub epoch: u32,
    pub value: BytesN<32>,
}

#[contractevent(topics = ["drawn"], sparse = false)]
pub struct Drawn {
    pub epoch: u32,
    pub value: BytesN<32>,
}

#[contractevent(topics = ["challenged"], sparse = false)]
pub struct Challenged {
    #[topic]
    pub node: BytesN<32>,
    pub epoch: u32,
}

#[contractevent(topics = ["revealed"], sparse = false)]
pub struct Revealed {
    #[topic]
    pub node: BytesN<32>,
    pub epoch: u32,
}

#[contractevent(topics = ["forfeited"], sparse = false)]
pub struct ForfeitedEvent {
    #[topic]
    pub node: BytesN<32>,
    pub epoch: u32,
    pub gross: i128,
}

/// One per hour; `gross` before the budget, `amount` as paid.
#[contractevent(topics = ["paid"], sparse = false)]
pub struct PaidEvent {
    #[topic]
    pub node: BytesN<32>,
    pub epoch: u32,
    pub packets: u64,
    pub bp: u32,
    pub share_bp: u32,
    pub gross: i128,
    pub amount: i128,
    pub payout: Address,
}

#[contractevent(topics = ["proposed"], sparse = false)]
pub struct Proposed {
    #[topic]
    pub node: BytesN<32>,
    pub proposal: u32,
    pub change: Change,
    pub voting_ends: u32,
    pub executable_from: u32,
    pub needed: u32,
}

#[contractevent(topics = ["voted"], sparse = false)]
pub struct Voted {
    #[topic]
    pub node: BytesN<32>,
    pub proposal: u32,
    pub yes: bool,
}

#[contractevent(topics = ["executed"], sparse = false)]
pub struct Executed {
    pub proposal: u32,
}

#[contractevent(topics = ["params"], sparse = false)]
pub struct ParamsChanged {
    pub from: u32,
    pub params: Params,
}

#[contractevent(topics = ["hub"], sparse = false)]
pub struct HubChanged {
    pub hub_key: BytesN<32>,
    pub anchor: BytesN<32>,
    pub anchor_epoch: u32,
}
