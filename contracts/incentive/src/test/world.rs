//! One deployed contract with its hub, its nodes and a clock. Every call goes through `call`, by name and value, as from a transaction.
use std::{format, string::String, vec::Vec as List};

use soroban_sdk::{
    Address, Bytes, BytesN, Env, Error as HostError, IntoVal, TryFromVal, Val, Vec,
    testutils::{Address as _, Ledger as _},
    vec,
    xdr::{self, ToXdr, WriteXdr},
};

use super::{
    actors::{self, HashChain, Node, sign, signing_key},
    ledger::{self, XLM},
    messages::{Domain, sha},
    record::Recorder,
    tree::Tree,
};
use crate::{
    Incentive,
    errors::Error,
    types::{Attestation, Change, Config, Earnings, EpochView, NodeView, Params, Proof, ProofView, Proposal},
};

pub const WASM: &[u8] = include_bytes!("../../incentive.wasm");
pub const HOUR: u64 = 3600;
/// The epoch in which every world begins.
pub const FIRST: u32 = 1_000;
pub const DEPLOYER: &str = "deployer";
pub const SALT: [u8; 32] = [7; 32];

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Build {
    Native,
    Wasm,
}

/// How a call failed: with one of the contract's codes, or ended by the host.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    Code(Error),
    Host(&'static str),
}
pub const BAD_SIGNATURE: Fault = Fault::Host("Crypto");

pub type Outcome<T> = Result<T, Fault>;

pub fn defaults() -> Params {
    Params {
        stroops_per_1000: 100_000,
        bonus_uptime_bp: 1000,
        bonus_latency_bp: 500,
        penalty_bp: 2000,
        uptime_high_bp: 9500,
        uptime_low_bp: 8000,
        latency_us_max: 100_000,
        epoch_budget: 100_000_000,
        node_cap: 360_000,
        pair_cap: 180_000,
        device_quota: 3_600,
        probation_epochs: 168,
        probation_bp: 5000,
        audit_bp: 2500,
        samples: 8,
        reveal_epochs: 168,
        settle_epochs: 2,
        quorum_bp: 3000,
        voting_epochs: 72,
        timelock_epochs: 24,
    }
}

/// Nothing drawn, nobody on probation: for what is not about either.
pub fn plain(params: &mut Params) {
    params.audit_bp = 0;
    params.probation_epochs = 0;
}

pub struct World {
    pub env: Env,
    pub id: Address,
    pub token: Address,
    pub domain: Domain,
    pub hub: ed25519_dalek::SigningKey,
    pub chain: HashChain,
    pub config: Config,
    pub first_params: Params,
    pub deployed_at: u64,
    pub funded: i128,
    /// Accounts made here, with what they held at first.
    pub accounts: List<(Address, i64)>,
    pub recorder: Option<Recorder>,
    /// Of the last call's name and arguments.
    pub call_bytes: usize,
}

impl World {
    pub fn new(build: Build, change: impl FnOnce(&mut Params)) -> Self {
        Self::with_epoch_seconds(build, HOUR as u32, change)
    }

    pub fn with_epoch_seconds(build: Build, epoch_seconds: u32, change: impl FnOnce(&mut Params)) -> Self {
        let env = ledger::open();
        ledger::set_time(&env, u64::from(FIRST) * u64::from(epoch_seconds));
        let mut params = defaults();
        change(&mut params);
        let hub = signing_key("hub");
        let chain = HashChain::new("hub's chain", FIRST, 3_000);
        let token = ledger::create_native_token(&env);
        let config = Config {
            token: token.clone(),
            hub_key: BytesN::from_array(&env, &hub.verifying_key().to_bytes()),
            anchor: BytesN::from_array(&env, &chain.value(FIRST)),
            anchor_epoch: FIRST,
            epoch_seconds,
        };
        let contract = ledger::deployed_id(signing_key(DEPLOYER).verifying_key().to_bytes(), SALT);
        let id = ledger::contract_address(&env, contract);
        let arguments = (config.clone(), params.clone());
        match build {
            Build::Native => env.register_at(&id, Incentive, arguments),
            Build::Wasm => env.register_at(&id, WASM, arguments),
        };
        let domain = Domain { network: env.ledger().get().network_id, contract };
        let (deployed_at, accounts) = (env.ledger().timestamp(), List::new());
        let mut world = Self {
            env,
            id,
            token,
            domain,
            hub,
            chain,
            config,
            first_params: params,
            deployed_at,
            funded: 0,
            accounts,
            recorder: None,
            call_bytes: 0,
        };
        world.fund(1_000 * XLM);
        world
    }

    pub fn fund(&mut self, stroops: i128) {
        self.funded += stroops;
        let funder = ledger::create_account(&self.env, signing_key("funder").verifying_key().to_bytes(), i64::MAX / 4);
        ledger::fund(&self.env, &self.token, &funder, &self.id, stroops);
    }

    pub fn balance(&self, of: &Address) -> i128 {
        ledger::balance(&self.env, &self.token, of)
    }

    /// Some way into that epoch.
    pub fn go_to(&self, epoch: u32) {
        ledger::set_time(&self.env, u64::from(epoch) * u64::from(self.config.epoch_seconds) + 7);
    }

    pub fn now(&self) -> u32 {
        (self.env.ledger().timestamp() / u64::from(self.config.epoch_seconds)) as u32
    }

    pub fn call<T: TryFromVal<Env, Val>>(&mut self, function: &str, arguments: impl IntoVal<Env, Vec<Val>>) -> Outcome<T> {
        let arguments: Vec<Val> = arguments.into_val(&self.env);
        let xdr: List<xdr::ScVal> = arguments.iter().map(|value| xdr::ScVal::try_from_val(&self.env, &value).unwrap()).collect();
        // As the network does it: what a contract would see of a failed call says less.
        let invoke = xdr::HostFunction::InvokeContract(xdr::InvokeContractArgs {
            contract_address: xdr::ScAddress::from(&self.id),
            function_name: function.try_into().unwrap(),
            args: xdr.try_into().unwrap(),
        });
        self.call_bytes = invoke.to_xdr(xdr::Limits::none()).unwrap().len();
        let result = match self.env.host().invoke_function(invoke) {
            Ok(value) => Ok(Val::try_from_val(&self.env, &value).unwrap()),
            Err(error) => Err(fault(error.error)),
        };
        if let Some(recorder) = &mut self.recorder {
            recorder.step(&self.env, &self.id, function, &arguments, &result);
        }
        result.map(|value| T::try_from_val(&self.env, &value).map_err(|_| ()).unwrap())
    }

    pub fn node(&self, name: &str) -> Node {
        let key = signing_key(name);
        let id = BytesN::from_array(&self.env, &key.verifying_key().to_bytes());
        let payout_key = signing_key(&format!("payout of {name}")).verifying_key().to_bytes();
        Node { key, id, payout: ledger::account_address(&self.env, payout_key) }
    }

    /// A registered node whose payout account exists.
    pub fn join(&mut self, name: &str) -> Node {
        let node = self.node(name);
        let payout_key = signing_key(&format!("payout of {name}")).verifying_key().to_bytes();
        let account = ledger::create_account(&self.env, payout_key, XLM as i64);
        self.accounts.push((account, XLM as i64));
        self.register(&node, 1).unwrap();
        node
    }

    pub fn member_signature(&self, node: &Node) -> BytesN<64> {
        sign(&self.env, &self.hub, &self.domain.member(&node.bytes()))
    }

    pub fn register(&mut self, node: &Node, nonce: u32) -> Outcome<()> {
        let member = self.member_signature(node);
        let payout = strkey(&node.payout);
        let signature = sign(&self.env, &node.key, &self.domain.register(&node.bytes(), nonce, &payout));
        self.call("register", (node.id.clone(), node.payout.clone(), nonce, member, signature))
    }

    pub fn start_of(&self, epoch: u32) -> u64 {
        u64::from(epoch) * u64::from(self.config.epoch_seconds)
    }

    pub fn proof(&self, node: &Node, epoch: u32, packet_count: u64, root: [u8; 32]) -> Proof {
        let timestamp = self.start_of(epoch);
        let signature = sign(&self.env, &node.key, &self.domain.proof(&node.bytes(), packet_count, timestamp, &root));
        Proof { node: node.id.clone(), packet_count, timestamp, merkle_root: BytesN::from_array(&self.env, &root), signature }
    }

    /// A proof whose root nobody will ask for.
    pub fn submit(&mut self, node: &Node, epoch: u32, packet_count: u64) -> Outcome<()> {
        let proof = self.proof(node, epoch, packet_count, sha(b"some root"));
        self.call("submit_proof", (proof,))
    }

    pub fn submit_tree(&mut self, node: &Node, epoch: u32, tree: &Tree) -> Outcome<()> {
        let proof = self.proof(node, epoch, tree.sum(), tree.root());
        self.call("submit_proof", (proof,))
    }

    pub fn attestation(&self, node: &Node, epoch: u32, uptime_bp: u32, latency_us: u32, earning: u64) -> Attestation {
        let signature = sign(&self.env, &self.hub, &self.domain.attest(&node.bytes(), epoch, uptime_bp, latency_us, earning));
        Attestation { node: node.id.clone(), epoch, uptime_bp, latency_us, earning, signature }
    }

    pub fn attest(&mut self, node: &Node, epoch: u32, uptime_bp: u32, latency_us: u32, earning: u64) -> Outcome<()> {
        let a = self.attestation(node, epoch, uptime_bp, latency_us, earning);
        self.call("attest", (a.node, a.epoch, a.uptime_bp, a.latency_us, a.earning, a.signature))
    }

    pub fn publish(&mut self, epoch: u32) -> Outcome<()> {
        let value = BytesN::from_array(&self.env, &self.chain.value(epoch));
        self.call("publish", (epoch, value))
    }

    pub fn challenge(&mut self, node: &Node, epoch: u32) -> Outcome<()> {
        let signature = sign(&self.env, &self.hub, &self.domain.challenge(&node.bytes(), epoch));
        self.call("challenge", (node.id.clone(), epoch, signature))
    }

    pub fn reveal(&mut self, node: &Node, epoch: u32, openings: &[List<u8>]) -> Outcome<()> {
        let mut list: Vec<Bytes> = Vec::new(&self.env);
        for opening in openings {
            list.push_back(Bytes::from_slice(&self.env, opening));
        }
        self.call("reveal", (node.id.clone(), epoch, list))
    }

    /// Packets that a proof's draw asks for, from the view's seed.
    pub fn samples(&mut self, node: &Node, epoch: u32) -> List<u64> {
        let proof = self.proof_of(node, epoch).unwrap();
        let seed = proof.seed.expect("the seed is known").to_array();
        let samples = self.params(epoch).samples;
        (0..samples)
            .map(|m| {
                let drawn = sha(&[&seed[..], &m.to_be_bytes()].concat());
                u64::from_be_bytes(drawn[..8].try_into().unwrap()) % proof.packet_count
            })
            .collect()
    }

    pub fn openings(&mut self, node: &Node, epoch: u32, tree: &Tree) -> List<List<u8>> {
        self.samples(node, epoch).into_iter().map(|packet| tree.opening_of(packet).bytes()).collect()
    }

    pub fn forfeit(&mut self, node: &Node, epoch: u32) -> Outcome<()> {
        self.call("forfeit", (node.id.clone(), epoch))
    }

    pub fn claim(&mut self, node: &Node, epochs: &[u32]) -> Outcome<i128> {
        let mut list: Vec<u32> = vec![&self.env];
        epochs.iter().for_each(|epoch| list.push_back(*epoch));
        self.call("claim", (node.id.clone(), list))
    }

    pub fn propose(&mut self, node: &Node, nonce: u32, change: &Change) -> Outcome<u32> {
        let xdr: List<u8> = change.clone().to_xdr(&self.env).iter().collect();
        let signature = sign(&self.env, &node.key, &self.domain.propose(&node.bytes(), nonce, &sha(&xdr)));
        self.call("propose", (node.id.clone(), nonce, change.clone(), signature))
    }

    pub fn vote(&mut self, proposal: u32, node: &Node, yes: bool) -> Outcome<()> {
        let signature = sign(&self.env, &node.key, &self.domain.vote(&node.bytes(), proposal, yes));
        self.call("vote", (proposal, node.id.clone(), yes, signature))
    }

    pub fn execute(&mut self, proposal: u32) -> Outcome<()> {
        self.call("execute", (proposal,))
    }

    pub fn params(&mut self, epoch: u32) -> Params {
        self.call("params", (epoch,)).unwrap()
    }

    pub fn node_of(&mut self, node: &Node) -> Option<NodeView> {
        self.call("node", (node.id.clone(),)).unwrap()
    }

    pub fn proof_of(&mut self, node: &Node, epoch: u32) -> Option<ProofView> {
        self.call("proof", (node.id.clone(), epoch)).unwrap()
    }

    pub fn epoch(&mut self, epoch: u32) -> EpochView {
        self.call("epoch", (epoch,)).unwrap()
    }

    pub fn proposal(&mut self, proposal: u32) -> Option<Proposal> {
        self.call("proposal", (proposal,)).unwrap()
    }

    pub fn earnings(&mut self, node: &Node) -> Earnings {
        self.call::<Option<Earnings>>("earnings", (node.id.clone(),)).unwrap().unwrap()
    }

    /// An hour proved, attested and published on time: what remains is waiting, showing and claiming.
    pub fn work(&mut self, node: &Node, epoch: u32, packets: u64) {
        self.go_to(epoch + 1);
        self.submit(node, epoch, packets).unwrap();
        self.attest(node, epoch, 9000, u32::MAX, packets).unwrap();
        self.go_to(epoch + 2);
        if self.call::<crate::types::Chain>("chain", ()).unwrap().epoch < epoch + 2 {
            self.publish(epoch + 2).unwrap();
        }
    }

    pub fn somebody(&self) -> Address {
        Address::generate(&self.env)
    }

    pub fn honest_tree(&self, relay: &Node, next: &Node, epoch: u32, packets: u64) -> Tree {
        actors::honest_tree(&self.domain, epoch, &relay.bytes(), &next.key, packets)
    }
}

fn fault(error: HostError) -> Fault {
    if let Ok(code) = Error::try_from(error) {
        return Fault::Code(code);
    }
    let text = format!("{error:?}");
    ["Crypto", "WasmVm", "Value", "Storage", "Budget", "Context", "Auth", "Object"]
        .into_iter()
        .find(|kind| text.contains(kind))
        .map_or_else(|| panic!("{text}"), Fault::Host)
}

pub fn strkey(address: &Address) -> String {
    let mut text = [0; 56];
    address.to_string().copy_into_slice(&mut text);
    String::from_utf8(text.to_vec()).unwrap()
}

pub fn code<T: core::fmt::Debug>(outcome: Outcome<T>) -> Error {
    match outcome {
        Err(Fault::Code(error)) => error,
        other => panic!("no code: {other:?}"),
    }
}
