//! Nodes change the rules: a proposal, a vote, a pause in which everybody may read what comes, then it holds. docs/proofs.md §8
use soroban_sdk::{Bytes, BytesN, Env, xdr::ToXdr};

use crate::{
    domain::{Domain, PROPOSE, VOTE},
    errors::Error,
    events::{Executed, HubChanged, ParamsChanged, Proposed, Voted},
    nodes::Node,
    params,
    reward::WHOLE,
    storage,
    types::{Chain, Change, Params, Proposal},
};

/// Voters are counted by the week.
const PERIOD_EPOCHS: u32 = 168;
/// Fewer voters than this are no community yet: all nodes vote.
const VOTERS_MIN: u32 = 3;
/// A set of parameters holds for a day at least: everybody gets to see it, and an epoch's set is found in few steps.
const PARAMS_EPOCHS_MIN: u32 = 24;
/// What was voted so long ago is not sprung on anybody: a month.
const EXECUTE_EPOCHS: u32 = 720;

impl Node {
    /// Whether it proved an hour past probation in that period.
    fn was_active(&self, period: u32) -> bool {
        self.period.checked_sub(period).is_some_and(|ago| ago < u32::BITS && self.active >> ago & 1 == 1)
    }
}

/// Counts a node once a period: only who still takes part counts for the quorum.
pub fn mark_active(env: &Env, node: &mut Node, params: &Params, now: u32) {
    let period = now / PERIOD_EPOCHS;
    if node.on_probation(now, params) || node.was_active(period) {
        return;
    }
    node.active = node.active.checked_shl(period - node.period).unwrap_or(0) | 1;
    node.period = period;
    // Asked for in the next period.
    storage::set_voters(env, period, storage::voters(env, period) + 1, 3 * PERIOD_EPOCHS);
}

pub fn propose(env: &Env, node: BytesN<32>, nonce: u32, change: Change, signature: &BytesN<64>) -> Result<u32, Error> {
    storage::keep_instance(env);
    let mut n = Node::get(env, &node)?;
    if nonce <= n.nonce {
        return Err(Error::NonceUsed);
    }
    let now = storage::now(env, &storage::config(env));
    // One at a time: proposals cost whoever reads them.
    if now < n.proposing_until {
        return Err(Error::StillProposing);
    }
    if let Change::Params(params) = &change {
        params::check(params)?;
    }
    let domain = Domain::new(env);
    let hash = env.crypto().sha256(&change.clone().to_xdr(env)).to_array();
    domain.verify(&node, domain.message(&PROPOSE).key(&node).u32(nonce).put(&hash), signature);

    // Votes on a change go by the rules that hold when it is proposed.
    let rules = storage::params_of(env, now);
    let mut counts = storage::counts(env);
    let last_period = (now / PERIOD_EPOCHS).saturating_sub(1);
    let voters = storage::voters(env, last_period);
    let (period, eligible) = if voters >= VOTERS_MIN { (Some(last_period), voters) } else { (None, counts.nodes) };
    let needed = (u64::from(eligible) * u64::from(rules.quorum_bp)).div_ceil(u64::from(WHOLE)) as u32;
    let voting_ends = now + rules.voting_epochs;
    let executable_from = voting_ends + rules.timelock_epochs;
    counts.proposals += 1;
    let id = counts.proposals;
    let proposal = Proposal {
        change: change.clone(),
        node: node.clone(),
        voting_ends,
        executable_from,
        period,
        registered: counts.nodes,
        eligible,
        needed,
        yes: 0,
        no: 0,
        executed: false,
        voted: no_votes(env, counts.nodes),
    };
    keep(env, now, id, &proposal);
    storage::set_counts(env, &counts);
    n.nonce = nonce;
    n.proposing_until = voting_ends;
    n.set(env, &node);
    Proposed { node, proposal: id, change, voting_ends, executable_from, needed }.publish(env);
    Ok(id)
}

/// A bit for each node by its index.
fn no_votes(env: &Env, nodes: u32) -> Bytes {
    let mut bits = Bytes::new(env);
    (0..=nodes / 8).for_each(|_| bits.push_back(0));
    bits
}

/// A week longer than it can be executed: whoever asks is told why not.
fn keep(env: &Env, now: u32, id: u32, proposal: &Proposal) {
    storage::set_proposal(env, id, proposal, proposal.executable_from + EXECUTE_EPOCHS + PERIOD_EPOCHS - now);
}

pub fn vote(env: &Env, id: u32, node: BytesN<32>, yes: bool, signature: &BytesN<64>) -> Result<(), Error> {
    let mut proposal = storage::proposal(env, id).ok_or(Error::NoProposal)?;
    let now = storage::now(env, &storage::config(env));
    if now >= proposal.voting_ends {
        return Err(Error::VotingOver);
    }
    let n = Node::get(env, &node)?;
    let eligible = match proposal.period {
        Some(period) => n.was_active(period),
        None => n.index <= proposal.registered,
    };
    if !eligible {
        return Err(Error::NotEligible);
    }
    // Who was registered has a bit, and only they are eligible.
    let (byte, bit) = (n.index / 8, 1 << (n.index % 8));
    let voted = proposal.voted.get(byte).unwrap();
    if voted & bit != 0 {
        return Err(Error::AlreadyVoted);
    }
    let domain = Domain::new(env);
    domain.verify(&node, domain.message(&VOTE).key(&node).u32(id).u8(yes.into()), signature);
    if yes {
        proposal.yes += 1;
    } else {
        proposal.no += 1;
    }
    proposal.voted.set(byte, voted | bit);
    keep(env, now, id, &proposal);
    Voted { node, proposal: id, yes }.publish(env);
    Ok(())
}

pub fn execute(env: &Env, id: u32) -> Result<(), Error> {
    let mut proposal = storage::proposal(env, id).ok_or(Error::NoProposal)?;
    let now = storage::now(env, &storage::config(env));
    if proposal.executed {
        return Err(Error::AlreadyExecuted);
    }
    if now < proposal.executable_from {
        return Err(Error::TooEarly);
    }
    if now - proposal.executable_from >= EXECUTE_EPOCHS {
        return Err(Error::TooLate);
    }
    if proposal.yes + proposal.no < proposal.needed {
        return Err(Error::NoQuorum);
    }
    if proposal.yes <= proposal.no {
        return Err(Error::Rejected);
    }
    apply(env, now, &proposal.change)?;
    proposal.executed = true;
    keep(env, now, id, &proposal);
    Executed { proposal: id }.publish(env);
    Ok(())
}

fn apply(env: &Env, now: u32, change: &Change) -> Result<(), Error> {
    match change {
        Change::Params(params) => {
            // From the next epoch: what a running hour pays is known when it begins.
            let from = now + 1;
            let mut counts = storage::counts(env);
            let before = counts.params_from;
            if before > 0 && from - before < PARAMS_EPOCHS_MIN {
                return Err(Error::TooSoon);
            }
            storage::set_params(env, from, params, before);
            counts.params_from = from;
            storage::set_counts(env, &counts);
            ParamsChanged { from, params: params.clone() }.publish(env);
        }
        Change::Hub(hub) => {
            let mut config = storage::config(env);
            // Receipts that the former key signed are shown for weeks to come.
            if config.hub_key != hub.hub_key {
                storage::set_former_hub(env, &config.hub_key, now);
            }
            config.hub_key = hub.hub_key.clone();
            config.anchor = hub.anchor.clone();
            config.anchor_epoch = hub.anchor_epoch;
            storage::set_config(env, &config);
            storage::set_chain(env, &Chain { epoch: hub.anchor_epoch, value: hub.anchor.clone() });
            HubChanged { hub_key: hub.hub_key.clone(), anchor: hub.anchor.clone(), anchor_epoch: hub.anchor_epoch }.publish(env);
        }
    }
    Ok(())
}
