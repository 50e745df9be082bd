#![no_std]
//! EnergyMesh's incentive contract: nodes prove what they carried, the hub says what arrived, draws decide what is shown, and the
//! community's rules decide what it pays. No call asks for a Stellar signature: everything that a node or the hub says is signed with its
//! own key and stands in the arguments, so anyone may bring it. The specification is docs/proofs.md.
use soroban_sdk::{Address, Bytes, BytesN, Env, Vec, contract, contractimpl, panic_with_error};

#[cfg(test)]
extern crate std;

mod attest;
mod chain;
mod challenge;
mod claim;
mod domain;
mod epochs;
mod errors;
mod events;
mod governance;
mod hours;
mod merkle;
mod nodes;
mod packed;
mod params;
mod proofs;
mod register;
mod reward;
mod storage;
mod types;
mod views;

#[cfg(test)]
mod test;

use errors::Error;
use types::{Attestation, Chain, Change, Config, Earnings, EpochView, NodeView, Params, Proof, ProofView, Proposal};

#[contract]
pub struct Incentive;

#[contractimpl]
impl Incentive {
    pub fn __constructor(env: Env, config: Config, params: Params) {
        if !(10..=3600).contains(&config.epoch_seconds) {
            panic_with_error!(&env, Error::BadConfig);
        }
        if let Err(error) = params::check(&params) {
            panic_with_error!(&env, error);
        }
        storage::set_config(&env, &config);
        storage::set_chain(&env, &Chain { epoch: config.anchor_epoch, value: config.anchor });
        storage::set_counts(&env, &storage::Counts::default());
        storage::set_params(&env, 0, &params, 0);
    }

    pub fn register(
        env: Env,
        node: BytesN<32>,
        payout: Address,
        nonce: u32,
        member_signature: BytesN<64>,
        signature: BytesN<64>,
    ) -> Result<(), Error> {
        register::register(&env, node, payout, nonce, &member_signature, &signature)
    }

    pub fn submit_proof(env: Env, proof: Proof) -> Result<(), Error> {
        proofs::submit(&env, &proof)
    }

    pub fn submit_batch(env: Env, proofs: Vec<Proof>) -> Result<Vec<u32>, Error> {
        proofs::submit_batch(&env, &proofs)
    }

    pub fn attest(
        env: Env,
        node: BytesN<32>,
        epoch: u32,
        uptime_bp: u32,
        latency_us: u32,
        earning: u64,
        signature: BytesN<64>,
    ) -> Result<(), Error> {
        attest::attest(&env, &Attestation { node, epoch, uptime_bp, latency_us, earning, signature })
    }

    pub fn attest_batch(env: Env, attestations: Vec<Attestation>) -> Result<Vec<u32>, Error> {
        attest::attest_batch(&env, &attestations)
    }

    pub fn publish(env: Env, epoch: u32, value: BytesN<32>) -> Result<(), Error> {
        chain::publish(&env, epoch, value)
    }

    pub fn draw(env: Env, epoch: u32) -> Result<(), Error> {
        chain::draw(&env, epoch)
    }

    pub fn challenge(env: Env, node: BytesN<32>, epoch: u32, signature: BytesN<64>) -> Result<(), Error> {
        challenge::challenge(&env, node, epoch, &signature)
    }

    pub fn reveal(env: Env, node: BytesN<32>, epoch: u32, openings: Vec<Bytes>) -> Result<(), Error> {
        challenge::reveal(&env, node, epoch, &openings)
    }

    pub fn forfeit(env: Env, node: BytesN<32>, epoch: u32) -> Result<(), Error> {
        challenge::forfeit(&env, node, epoch)
    }

    pub fn claim(env: Env, node: BytesN<32>, epochs: Vec<u32>) -> Result<i128, Error> {
        claim::claim(&env, &node, &epochs)
    }

    pub fn propose(env: Env, node: BytesN<32>, nonce: u32, change: Change, signature: BytesN<64>) -> Result<u32, Error> {
        governance::propose(&env, node, nonce, change, &signature)
    }

    pub fn vote(env: Env, proposal: u32, node: BytesN<32>, yes: bool, signature: BytesN<64>) -> Result<(), Error> {
        governance::vote(&env, proposal, node, yes, &signature)
    }

    pub fn execute(env: Env, proposal: u32) -> Result<(), Error> {
        governance::execute(&env, proposal)
    }

    pub fn config(env: Env) -> Config {
        storage::config(&env)
    }

    pub fn chain(env: Env) -> Chain {
        storage::chain(&env)
    }

    pub fn params(env: Env, epoch: u32) -> Params {
        storage::params_of(&env, epoch)
    }

    pub fn node(env: Env, node: BytesN<32>) -> Option<NodeView> {
        views::node(&env, &node)
    }

    pub fn proof(env: Env, node: BytesN<32>, epoch: u32) -> Option<ProofView> {
        views::proof(&env, &node, epoch)
    }

    pub fn epoch(env: Env, epoch: u32) -> EpochView {
        views::epoch(&env, epoch)
    }

    pub fn proposal(env: Env, proposal: u32) -> Option<Proposal> {
        storage::proposal(&env, proposal)
    }

    pub fn earnings(env: Env, node: BytesN<32>) -> Option<Earnings> {
        nodes::Node::get(&env, &node).ok().map(|n| n.earnings)
    }
}
