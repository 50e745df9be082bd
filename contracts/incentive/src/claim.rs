//! Pays a node's hours to its payout address, whoever asks. docs/proofs.md §7
use soroban_sdk::{BytesN, Env, Vec, token::TokenClient};

use crate::{
    challenge, epochs,
    errors::Error,
    events::PaidEvent,
    nodes::Node,
    proofs::EPOCHS_KEPT,
    reward::{self, Reward},
    storage,
    types::Status,
};

pub const EPOCHS_MAX: u32 = 32;

/// All of them or none: an error changes nothing.
pub fn claim(env: &Env, node: &BytesN<32>, epochs: &Vec<u32>) -> Result<i128, Error> {
    if epochs.len() > EPOCHS_MAX {
        return Err(Error::TooMany);
    }
    storage::keep_instance(env);
    let config = storage::config(env);
    let now = storage::now(env, &config);
    let mut n = Node::get(env, node)?;
    let mut sum = 0;
    for epoch in epochs.iter() {
        sum += close(env, node, &mut n, epoch, now)?;
    }
    n.hours.trim(now);
    n.set(env, node);
    if sum > 0 {
        let token = TokenClient::new(env, &config.token);
        let here = env.current_contract_address();
        if token.balance(&here) < sum {
            return Err(Error::NoFunds);
        }
        // An account that does not exist, or that takes no payments: the hours stay unpaid.
        match token.try_transfer(&here, &n.payout, &sum) {
            Ok(Ok(())) => {}
            _ => return Err(Error::PaymentFailed),
        }
    }
    Ok(sum)
}

/// Marks the hour paid; answers what it earned.
fn close(env: &Env, node: &BytesN<32>, n: &mut Node, epoch: u32, now: u32) -> Result<i128, Error> {
    let (slot, mut hour) = n.open_hour(epoch, now)?;
    let params = storage::params_of(env, epoch);
    // Accepted after its epoch's end, so the epoch's account is closed by then.
    let wait = if hour.attested.is_some() { params.settle_epochs } else { EPOCHS_KEPT };
    if now < hour.accepted + wait {
        return Err(Error::NotSettled);
    }
    let draw = challenge::draw(env, node, &hour, &params).ok_or(Error::SeedUnknown)?;
    let shown = hour.status == Status::Cleared || hour.packet_count == 0;
    if !shown && (draw.must_reveal || draw.by_ledger || hour.attested.is_none()) {
        return Err(Error::MustReveal);
    }

    let Reward { packets, bp, share_bp, gross } = reward::of_hour(&params, &hour, n);
    let mut account = epochs::get(env, epoch);
    let amount = if hour.attested.as_ref().is_some_and(|a| a.in_time) {
        reward::pay_in_time(params.epoch_budget, account.total, gross)
    } else {
        let amount = reward::pay_late(params.epoch_budget, account.total, account.late_paid, gross);
        if amount > 0 {
            account.late_paid += amount;
            epochs::set(env, now, epoch, &account);
        }
        amount
    };
    hour.status = Status::Paid;
    n.hours.put(slot, &hour);
    n.earnings.proved += hour.packet_count;
    n.earnings.gross += gross;
    n.earnings.paid += amount;
    PaidEvent { node: node.clone(), epoch, packets, bp, share_bp, gross, amount, payout: n.payout.clone() }.publish(env);
    Ok(amount)
}
