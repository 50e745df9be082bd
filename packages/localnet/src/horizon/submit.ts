/** POST /transactions answers when the ledger is there; the faucet does too. */
import { type Keypair, Operation, Account as SdkAccount, StrKey, TransactionBuilder, xdr } from '@stellar/stellar-sdk/base';
import { loadAccount } from '../ledger/accounts.ts';
import type { Chain, Submitted } from '../ledger/chain.ts';
import { faucetKeypair } from '../ledger/genesis.ts';
import { MalformedEnvelope } from '../tx/envelope.ts';
import { type Answer, ok, problem } from './format.ts';
import { transactionJson } from './records.ts';
import { resultCodes } from './result-codes.ts';

const startingBalance = '10000';

export interface Submission {
  readonly answer: Answer | undefined;
  /** to be answered once it is in a ledger */
  readonly hash: string | undefined;
  readonly answerLost: boolean;
}

const failure = (envelope: string, result: xdr.TransactionResult): Answer =>
  problem(
    400,
    'The transaction failed when submitted to the stellar network. The `extras.result_codes` field on this response contains further details.',
    { envelope_xdr: envelope, result_codes: resultCodes(result), result_xdr: result.toXdr('base64') },
    ['transaction_failed', 'Transaction Failed'],
  );

export const submitToHorizon = (chain: Chain, envelope: string): Submission => {
  const done = (answer: Answer): Submission => ({ answer, hash: undefined, answerLost: false });
  let submitted: Submitted;
  try {
    submitted = chain.submit(envelope);
  } catch (error) {
    if (!(error instanceof MalformedEnvelope)) throw error;
    return done(
      problem(400, 'Horizon could not decode the transaction envelope in this request.', { envelope_xdr: envelope }, [
        'transaction_malformed',
        'Transaction Malformed',
      ]),
    );
  }
  if (submitted.status === 'ERROR') return done(failure(envelope, submitted.result));
  if (submitted.status === 'TRY_AGAIN_LATER') return done(problem(503, 'The network queue is full, or another transaction of this account waits.'));
  return { answer: undefined, hash: submitted.hash, answerLost: submitted.answerLost };
};

/** Once a ledger has closed: what became of it, undefined while it waits. */
export const submissionAnswer = (chain: Chain, hash: string, base: string): Answer | undefined => {
  const row = chain.store.transaction(hash);
  if (row?.successful) return ok(transactionJson(row, base));
  if (row) return failure(Buffer.from(row.envelope).toString('base64'), xdr.TransactionResultMetaV1.fromXdr(row.resultMeta).result.result);
  if (chain.isPending(hash)) return undefined;
  return submissionTimeout(hash);
};

export const submissionTimeout = (hash: string): Answer =>
  problem(504, 'Your request timed out before completing. The transaction may still be included.', { hash });

/** Funds a new account with 10,000 lumens, and closes a ledger for it. */
export const friendbot = (chain: Chain, address: string, base: string): Answer => {
  if (!StrKey.isValidEd25519PublicKey(address)) return problem(400, 'addr must be the address of an account', { invalid_field: 'addr' });
  if (loadAccount(chain.view, address)) return problem(400, 'createAccountAlreadyExist: account already funded to starting balance');
  const keypair: Keypair = faucetKeypair(chain.config.passphrase);
  const faucet = loadAccount(chain.view, keypair.publicKey())!;
  const tx = new TransactionBuilder(new SdkAccount(faucet.id, faucet.seqNum.toString()), {
    fee: String(chain.perOperation),
    networkPassphrase: chain.config.passphrase,
  })
    .addOperation(Operation.createAccount({ destination: address, startingBalance }))
    .setTimeout(0)
    .build();
  tx.sign(keypair);
  const submitted = chain.submit(tx.toEnvelope().toXdr('base64'), true);
  chain.close();
  return submissionAnswer(chain, submitted.hash, base) ?? problem(500, 'the faucet did not get into a ledger');
};
