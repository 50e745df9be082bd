//! A network of its own in the real host: its passphrase, its native asset, accounts that hold some, a clock.
use std::rc::Rc;

use soroban_sdk::{
    Address, Env, IntoVal, TryFromVal, TryIntoVal, symbol_short,
    testutils::{EnvTestConfig, Ledger as _},
    token::TokenClient,
    xdr,
};

use super::messages::sha;

pub const PASSPHRASE: &str = "Standalone Network ; February 2017";
pub const XLM: i128 = 10_000_000;
const LEDGER_SECONDS: u64 = 5;

pub fn open() -> Env {
    let env = Env::new_with_config(EnvTestConfig { capture_snapshot_at_drop: false });
    env.ledger().with_mut(|ledger| {
        ledger.network_id = sha(PASSPHRASE.as_bytes());
        ledger.protocol_version = 28;
        ledger.base_reserve = 5_000_000;
        // As on the public network: days of 17,280 ledgers.
        ledger.min_persistent_entry_ttl = 120 * 17_280;
        ledger.min_temp_entry_ttl = 17_280;
        ledger.max_entry_ttl = 180 * 17_280 + 1;
    });
    env
}

pub fn set_time(env: &Env, seconds: u64) {
    env.ledger().with_mut(|ledger| {
        ledger.timestamp = seconds;
        ledger.sequence_number = (seconds / LEDGER_SECONDS) as u32;
    });
}

fn account_id(key: [u8; 32]) -> xdr::AccountId {
    xdr::AccountId(xdr::PublicKey::PublicKeyTypeEd25519(xdr::Uint256(key)))
}

pub fn account_address(env: &Env, key: [u8; 32]) -> Address {
    let val: xdr::ScVal = xdr::ScVal::Address(xdr::ScAddress::Account(account_id(key)));
    Address::try_from_val(env, &val).unwrap()
}

pub fn contract_address(env: &Env, hash: [u8; 32]) -> Address {
    let val: xdr::ScVal = xdr::ScVal::Address(xdr::ScAddress::Contract(xdr::ContractId(xdr::Hash(hash))));
    Address::try_from_val(env, &val).unwrap()
}

/// An account that exists.
pub fn create_account(env: &Env, key: [u8; 32], stroops: i64) -> Address {
    let account_id = account_id(key);
    let ledger_key = xdr::LedgerKey::Account(xdr::LedgerKeyAccount { account_id: account_id.clone() });
    let entry = xdr::LedgerEntry {
        data: xdr::LedgerEntryData::Account(xdr::AccountEntry {
            account_id,
            balance: stroops,
            flags: 0,
            home_domain: xdr::String32::default(),
            inflation_dest: None,
            num_sub_entries: 0,
            seq_num: xdr::SequenceNumber(0),
            thresholds: xdr::Thresholds([1; 4]),
            signers: xdr::VecM::default(),
            ext: xdr::AccountEntryExt::V0,
        }),
        last_modified_ledger_seq: 0,
        ext: xdr::LedgerEntryExt::V0,
    };
    env.host().add_ledger_entry(&Rc::new(ledger_key), &Rc::new(entry), None).unwrap();
    account_address(env, key)
}

/// The contract of the network's native asset.
pub fn create_native_token(env: &Env) -> Address {
    let create = xdr::HostFunction::CreateContract(xdr::CreateContractArgs {
        contract_id_preimage: xdr::ContractIdPreimage::Asset(xdr::Asset::Native),
        executable: xdr::ContractExecutable::StellarAsset,
    });
    env.host().invoke_function(create).unwrap().try_into_val(env).unwrap()
}

/// Only here is anybody's authorisation taken for granted.
pub fn fund(env: &Env, token: &Address, from: &Address, to: &Address, stroops: i128) {
    env.mock_all_auths();
    TokenClient::new(env, token).transfer(from, to, &stroops);
    env.set_auths(&[]);
}

pub fn balance(env: &Env, token: &Address, of: &Address) -> i128 {
    env.invoke_contract(token, &symbol_short!("balance"), (of.clone(),).into_val(env))
}

/// Where a contract comes to stand that an account deploys with a salt.
pub fn deployed_id(deployer: [u8; 32], salt: [u8; 32]) -> [u8; 32] {
    use xdr::WriteXdr;
    let preimage = xdr::HashIdPreimage::ContractId(xdr::HashIdPreimageContractId {
        network_id: xdr::Hash(sha(PASSPHRASE.as_bytes())),
        contract_id_preimage: xdr::ContractIdPreimage::Address(xdr::ContractIdPreimageFromAddress {
            address: xdr::ScAddress::Account(account_id(deployer)),
            salt: xdr::Uint256(salt),
        }),
    });
    sha(&preimage.to_xdr(xdr::Limits::none()).unwrap())
}
