//! The cases that packages/protocol publishes (docs/proofs.md §10), through the contract's own code.
use std::{format, fs, path::Path, vec::Vec};

use serde_json::Value;
use soroban_sdk::{Address, Bytes, BytesN, Env, testutils::Ledger as _, xdr::ToXdr};

use super::{
    ledger,
    messages::{Domain, sha},
    record::hex,
    tree::{Leaf, Tree},
    world::{Build, Fault, World, defaults, plain},
};
use crate::{
    chain, challenge, domain,
    errors::Error,
    hours::Attested,
    merkle,
    nodes::Node,
    params, reward, storage,
    types::{Chain, Change, HubChange, Params},
};

fn cases(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packages/protocol/vectors").join(format!("proof-{name}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(!cases.is_empty());
    cases
}

fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn fixed<const N: usize>(value: &Value) -> [u8; N] {
    bytes(value).try_into().unwrap()
}

fn u64_of(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn u32_of(value: &Value) -> u32 {
    u64_of(value).try_into().unwrap()
}

fn amount(value: &Value) -> i128 {
    value.as_str().unwrap().parse().unwrap()
}

fn domain_of(case: &Value) -> Domain {
    Domain { network: fixed(&case["domain"]["networkId"]), contract: fixed(&case["domain"]["contractId"]) }
}

/// The contract at the address and on the network of a case.
fn deployed(domain: &Domain) -> (Env, Address) {
    let w = World::new(Build::Native, plain);
    w.env.ledger().set_network_id(domain.network);
    let id = ledger::contract_address(&w.env, domain.contract);
    w.env.register_at(&id, crate::Incentive, (w.config.clone(), w.first_params.clone()));
    (w.env, id)
}

/// What differs from the first parameters; numbers that do not even fit the field's type are none.
fn params_of(differences: &Value) -> Option<Params> {
    let mut p = defaults();
    for (name, value) in differences.as_object().unwrap() {
        if name == "epochBudget" {
            p.epoch_budget = value.as_i64()?.into();
            continue;
        }
        let number = value.as_u64()?;
        match name.as_str() {
            "nodeCap" => p.node_cap = number,
            "pairCap" => p.pair_cap = number,
            name => *u32_field(&mut p, name) = number.try_into().ok()?,
        }
    }
    Some(p)
}

fn u32_field<'a>(p: &'a mut Params, name: &str) -> &'a mut u32 {
    match name {
        "stroopsPer1000" => &mut p.stroops_per_1000,
        "bonusUptimeBp" => &mut p.bonus_uptime_bp,
        "bonusLatencyBp" => &mut p.bonus_latency_bp,
        "penaltyBp" => &mut p.penalty_bp,
        "uptimeHighBp" => &mut p.uptime_high_bp,
        "uptimeLowBp" => &mut p.uptime_low_bp,
        "latencyUsMax" => &mut p.latency_us_max,
        "deviceQuota" => &mut p.device_quota,
        "probationEpochs" => &mut p.probation_epochs,
        "probationBp" => &mut p.probation_bp,
        "auditBp" => &mut p.audit_bp,
        "samples" => &mut p.samples,
        "revealEpochs" => &mut p.reveal_epochs,
        "settleEpochs" => &mut p.settle_epochs,
        "quorumBp" => &mut p.quorum_bp,
        "votingEpochs" => &mut p.voting_epochs,
        "timelockEpochs" => &mut p.timelock_epochs,
        other => panic!("no parameter {other}"),
    }
}

#[test]
fn messages() {
    for case in cases("messages") {
        let (d, f) = (domain_of(&case), &case["fields"]);
        assert_eq!(sha(case["passphrase"].as_str().unwrap().as_bytes()), d.network);
        let message = match case["of"].as_str().unwrap() {
            "proof" => d.proof(&fixed(&f["node"]), u64_of(&f["packetCount"]), u64_of(&f["timestamp"]), &fixed(&f["merkleRoot"])),
            "receipt" => {
                let (epoch, seq) = (u32_of(&f["epoch"]), u32_of(&f["seq"]));
                d.receipt(epoch, &fixed(&f["relay"]), &fixed(&f["next"]), seq, u32_of(&f["packets"]) as u16, &fixed(&f["bundlesRoot"]))
            }
            "member" => d.member(&fixed(&f["node"])),
            "register" => d.register(&fixed(&f["node"]), u32_of(&f["nonce"]), f["payout"].as_str().unwrap()),
            "attest" => {
                let (epoch, uptime, latency) = (u32_of(&f["epoch"]), u32_of(&f["uptimeBp"]), u32_of(&f["latencyUs"]));
                d.attest(&fixed(&f["node"]), epoch, uptime, latency, u64_of(&f["earning"]))
            }
            "challenge" => d.challenge(&fixed(&f["node"]), u32_of(&f["epoch"])),
            "propose" => d.propose(&fixed(&f["node"]), u32_of(&f["nonce"]), &fixed(&f["changeHash"])),
            "vote" => d.vote(&fixed(&f["node"]), u32_of(&f["proposal"]), f["yes"].as_bool().unwrap()),
            // Between hub and nodes: the contract never sees one.
            "told" => continue,
            other => panic!("no message {other}"),
        };
        assert_eq!(hex(&message), case["message"].as_str().unwrap(), "{}", case["name"]);
    }
}

/// The ledger's host takes exactly those.
#[test]
fn signatures() {
    let w = World::new(Build::Native, plain);
    for case in cases("signatures") {
        let key = BytesN::from_array(&w.env, &fixed(&case["publicKey"]));
        let signature = BytesN::from_array(&w.env, &fixed(&case["signature"]));
        let message = Bytes::from_slice(&w.env, &bytes(&case["message"]));
        let outcome = w.env.try_as_contract::<(), Error>(&w.id, || w.env.crypto().ed25519_verify(&key, &message, &signature));
        assert_eq!(outcome.is_ok(), case["valid"].as_bool().unwrap(), "{}", case["name"]);
    }
}

#[test]
fn changes() {
    let env = ledger::open();
    for case in cases("changes") {
        let change = match &case["change"]["hub"] {
            Value::Null => Change::Params(params_of(&case["change"]["params"]).unwrap()),
            hub => Change::Hub(HubChange {
                hub_key: BytesN::from_array(&env, &fixed(&hub["hubKey"])),
                anchor: BytesN::from_array(&env, &fixed(&hub["anchor"])),
                anchor_epoch: u32_of(&hub["anchorEpoch"]),
            }),
        };
        let xdr: Vec<u8> = change.to_xdr(&env).iter().collect();
        assert_eq!(hex(&xdr), case["xdr"].as_str().unwrap(), "{}", case["name"]);
        assert_eq!(hex(&sha(&xdr)), case["hash"].as_str().unwrap());
    }
}

#[test]
fn trees() {
    let leaves: Vec<Leaf> = cases("receipts").iter().map(leaf_of).collect();
    for case in cases("trees") {
        let count = u64_of(&case["leaves"]) as usize;
        let tree = Tree::new(leaves[..count].to_vec());
        assert_eq!((hex(&tree.root()), tree.sum()), (case["root"].as_str().unwrap().into(), u64_of(&case["packets"])));
        let order = case["order"].as_array().unwrap().iter().map(|at| leaves[u64_of(at) as usize].key());
        assert!(order.eq(tree.leaves.iter().map(Leaf::key)), "{}", case["name"]);
    }
}

fn leaf_of(case: &Value) -> Leaf {
    let leaf = Leaf {
        next: fixed(&case["next"]),
        seq: u32_of(&case["seq"]),
        packets: u32_of(&case["packets"]) as u16,
        bundles_root: fixed(&case["bundlesRoot"]),
        signature: fixed(&case["signature"]),
    };
    assert_eq!(hex(&leaf.bytes()), case["leaf"].as_str().unwrap());
    leaf
}

#[test]
fn openings() {
    for case in cases("openings") {
        if let Some(error) = case["error"].as_str() {
            let env = ledger::open();
            let outcome = merkle::open(&env, &Bytes::from_slice(&env, &bytes(&case["hex"])), &[0; 32], 1, 0);
            // Sums up to 2^64 are read here, beyond 2^53 elsewhere not: then it is the root that does not fit.
            let range = [Error::BadLeaf, Error::BadOpening, Error::KeyOrder, Error::RootMismatch];
            let expected: &[Error] = if error == "range" { &range } else { &[Error::BadOpening] };
            assert!(expected.contains(&outcome.err().unwrap()), "{}", case["name"]);
            continue;
        }
        // More steps than the bytes can say are no bytes at all.
        if case["hex"].is_null() {
            continue;
        }
        let d = domain_of(&case);
        let (env, id) = deployed(&d);
        let vouchers: Vec<[u8; 32]> = case["vouchers"].as_array().unwrap().iter().map(fixed).collect();
        let relay = BytesN::from_array(&env, &fixed(&case["relay"]));
        let opening = Bytes::from_slice(&env, &bytes(&case["hex"]));
        let outcome = env.try_as_contract::<(), Error>(&id, || {
            let mut config = storage::config(&env);
            config.hub_key = BytesN::from_array(&env, &vouchers[0]);
            for voucher in &vouchers[1..] {
                Node::new(&env, config.token.clone(), 0, 1, 0).set(&env, &BytesN::from_array(&env, voucher));
            }
            let receipt = merkle::open(&env, &opening, &fixed(&case["root"]), u64_of(&case["packetCount"]), u64_of(&case["index"]));
            let checked = receipt
                .and_then(|r| challenge::check_voucher(&env, &domain::Domain::new(&env), &config, &relay, u32_of(&case["epoch"]), &r));
            if let Err(error) = checked {
                soroban_sdk::panic_with_error!(&env, error);
            }
        });
        let expected = match case["fault"].as_str() {
            None => Ok(()),
            Some("range") => Err(Some(Error::BadLeaf)),
            Some("order") => Err(Some(Error::KeyOrder)),
            Some("overflow") => Err(Some(Error::SumOverflow)),
            Some("root") => Err(Some(Error::RootMismatch)),
            Some("count") => Err(Some(Error::CountMismatch)),
            Some("index") => Err(Some(Error::SampleOutside)),
            Some("self") => Err(Some(Error::SelfSigned)),
            Some("voucher") => Err(Some(Error::UnknownVoucher)),
            Some("signature") => Err(None),
            Some(other) => panic!("no fault {other}"),
        };
        assert_eq!(outcome.map_err(Result::ok), expected, "{}", case["name"]);
    }
}

#[test]
fn draws() {
    let env = ledger::open();
    for case in cases("draws") {
        let [value, root, node] = ["chainValue", "merkleRoot", "node"].map(|name| BytesN::from_array(&env, &fixed(&case[name])));
        let seed = chain::seed(&env, &value, &root.to_array(), &node, u32_of(&case["epoch"]));
        assert_eq!(hex(&seed), case["seed"].as_str().unwrap(), "{}", case["name"]);
        assert_eq!(chain::is_audited(&env, &seed, u32_of(&case["auditBp"])), case["audited"].as_bool().unwrap());
        let packets = u64_of(&case["packetCount"]);
        let samples = if packets == 0 { 0 } else { u32_of(&case["samples"]) };
        let indexes: Vec<u64> = (0..samples).map(|m| chain::sample(&env, &seed, m, packets)).collect();
        assert_eq!(indexes, case["indexes"].as_array().unwrap().iter().map(u64_of).collect::<Vec<_>>());
    }
}

#[test]
fn chains() {
    for case in cases("chain") {
        let mut w = World::new(Build::Native, plain);
        let link = |value: &Value| (u32_of(&value["epoch"]), BytesN::from_array(&w.env, &fixed(&value["value"])));
        let ((epoch, value), next) = (link(&case["last"]), link(&case["next"]));
        w.env.as_contract(&w.id, || storage::set_chain(&w.env, &Chain { epoch, value }));
        w.go_to(u32_of(&case["epochNow"]));
        let expected = match case["fault"].as_str() {
            None => Ok(()),
            Some("future") => Err(Error::NotYet),
            Some("known") => Err(Error::AlreadyKnown),
            Some("far") => Err(Error::TooFar),
            Some("value") => Err(Error::ChainMismatch),
            Some(other) => panic!("no fault {other}"),
        };
        assert_eq!(w.call::<()>("publish", next), expected.map_err(Fault::Code), "{}", case["name"]);
    }
}

#[test]
fn parameters() {
    for case in cases("params") {
        let Some(unfit) = case["unfit"].as_array() else {
            continue;
        };
        let fits = params_of(&case["params"]).is_some_and(|p| params::check(&p).is_ok());
        assert_eq!(fits, unfit.is_empty(), "{}", case["name"]);
    }
}

#[test]
fn rewards() {
    for case in cases("rewards") {
        let (hour, result) = (&case["hour"], &case["result"]);
        let on_probation = hour["onProbation"].as_bool().unwrap();
        let attested = hour["attested"].as_object().map(|word| Attested {
            uptime_bp: u32_of(&word["uptimeBp"]),
            latency_us: u32_of(&word["latencyUs"]),
            earning: u64_of(&word["earning"]),
            on_probation,
            in_time: true,
        });
        let p = params_of(&case["params"]).unwrap();
        let reward = reward::of(&p, u64_of(&hour["packetCount"]), attested.as_ref(), on_probation);
        let expected = (u64_of(&result["packets"]), u32_of(&result["bp"]), u32_of(&result["shareBp"]), amount(&result["gross"]));
        assert_eq!((reward.packets, reward.bp, reward.share_bp, reward.gross), expected, "{}", case["name"]);
    }
}

#[test]
fn budgets() {
    for case in cases("budgets") {
        let [budget, total, late_paid, gross] = ["budget", "total", "latePaid", "gross"].map(|name| amount(&case[name]));
        if !case["inTime"].is_null() {
            assert_eq!(reward::pay_in_time(budget, total, gross), amount(&case["inTime"]), "{}", case["name"]);
        }
        assert_eq!(reward::pay_late(budget, total, late_paid, gross), amount(&case["late"]), "{}", case["name"]);
    }
}
