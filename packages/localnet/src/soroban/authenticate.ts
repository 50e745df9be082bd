/** Signatures on authorisation entries of accounts, and the nonces that keep each from being used twice. */
import { StrKey, xdr } from '@stellar/stellar-sdk/base';
import { sha256 } from '../bytes.ts';
import { type Account, accountKey, accountOf } from '../ledger/accounts.ts';
import { verifyEd25519 } from '../tx/signatures.ts';
import type { HostAddress } from './address.ts';
import { addressCredentials } from './auth.ts';
import { HostError } from './error.ts';
import type { Host } from './host.ts';
import { dataKey } from './storage.ts';

const signaturesMax = 20;

const nonceVal = (nonce: bigint): xdr.ScVal => xdr.ScVal.scvLedgerKeyNonce(new xdr.ScNonceKey({ nonce }));
const temporary = xdr.ContractDataDurability.temporary;

/** Notes in the footprint what checking this entry will need. */
export const touchCredentials = (host: Host, address: HostAddress, nonce: bigint): void => {
  if (address.kind === 0) host.storage.get(accountKey(address.text));
  takeNonce(host, address, nonce, host.storage.minLiveUntil(true));
};

const takeNonce = (host: Host, address: HostAddress, nonce: bigint, until: number): void => {
  const key = dataKey(address, nonceVal(nonce), temporary);
  if (host.storage.has(key)) throw host.fail(new HostError('Auth', 'ExistingValue', 'nonce already exists for address'), [host.values.address(address)]);
  host.storage.put(
    xdr.LedgerEntryData.contractData(
      new xdr.ContractDataEntry({
        ext: xdr.ExtensionPoint.v0(),
        contract:
          address.kind === 0 ? xdr.ScAddress.scAddressTypeAccount(accountXdr(address)) : xdr.ScAddress.scAddressTypeContract(new xdr.ContractId(address.bytes)),
        key: nonceVal(nonce),
        durability: temporary,
        val: xdr.ScVal.scvVoid(),
      }),
    ),
  );
  host.storage.setLiveUntil(key, until);
};

const accountXdr = (address: HostAddress): xdr.PublicKey => xdr.PublicKey.publicKeyTypeEd25519(address.bytes);

export const authenticate = (host: Host, entry: xdr.SorobanAuthorizationEntry, address: HostAddress): void => {
  const credentials = addressCredentials(entry.credentials);
  // The transaction's own signature has been checked already.
  if (!credentials) return;
  const { nonce, signatureExpirationLedger, signature } = credentials;
  if (signatureExpirationLedger < host.ledger.seq) throw host.fail(new HostError('Auth', 'InvalidInput', 'signature has expired'));
  takeNonce(host, address, nonce, signatureExpirationLedger);
  if (address.kind !== 0) throw host.fail(new HostError('Auth', 'InvalidAction', 'contracts as accounts are not supported here'));
  const { networkId } = host.ledger;
  const invocation = entry.rootInvocation;
  const preimage =
    entry.credentials.type === 'sorobanCredentialsAddressV2'
      ? xdr.HashIdPreimage.envelopeTypeSorobanAuthorizationWithAddress(
          new xdr.HashIdPreimageSorobanAuthorizationWithAddress({ networkId, nonce, signatureExpirationLedger, address: credentials.address, invocation }),
        )
      : xdr.HashIdPreimage.envelopeTypeSorobanAuthorization(
          new xdr.HashIdPreimageSorobanAuthorization({ networkId, nonce, signatureExpirationLedger, invocation }),
        );
  const account = host.storage.get(accountKey(address.text));
  if (!account) throw host.fail(new HostError('Auth', 'InvalidInput', 'account is missing'), [host.values.address(address)]);
  checkSignatures(host, accountOf(account), sha256(preimage.toXdr()), signature);
};

const bad = (host: Host, message: string): HostError => host.fail(new HostError('Auth', 'InvalidInput', message));

/** A vector of maps of public_key and signature, sorted by key; together they must reach the account's medium threshold. */
const checkSignatures = (host: Host, account: Account, payload: Uint8Array, signature: xdr.ScVal): void => {
  if (signature.type !== 'scvVec' || !signature.vec || signature.vec.length > signaturesMax) throw bad(host, 'incompatible signature format');
  let weight = 0;
  let last: Uint8Array | undefined;
  for (const item of signature.vec) {
    const fields = item.type === 'scvMap' ? (item.map ?? []) : [];
    const [key, value] = ['public_key', 'signature'].map((name) => {
      const field = fields.find((f) => f.key.type === 'scvSymbol' && f.key.sym.toString() === name)?.val;
      return field?.type === 'scvBytes' ? field.bytes.value : undefined;
    });
    if (!key || !value) throw bad(host, 'incompatible signature format');
    if (last && Buffer.compare(last, key) >= 0) throw bad(host, 'public keys are not ordered');
    last = key;
    if (!verifyEd25519(key, payload, value)) throw bad(host, 'signature does not verify');
    weight += weightOf(account, key);
  }
  if (weight < account.thresholds[2] || weight === 0) throw bad(host, 'signature weight is lower than threshold');
};

const weightOf = (account: Account, key: Uint8Array): number => {
  if (StrKey.encodeEd25519PublicKey(key) === account.id) return account.thresholds[0];
  const signer = account.signers.find((s) => s.key.type === 'signerKeyTypeEd25519' && Buffer.compare(s.key.ed25519.value, key) === 0);
  return Math.min(signer?.weight ?? 0, 255);
};
