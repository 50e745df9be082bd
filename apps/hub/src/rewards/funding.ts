import { rm } from 'node:fs/promises';
import type { Submission } from '@energymesh/wallet';
import { readSecret, writeSecret } from '../identity/files.ts';
import type { Ledger } from './ledger.ts';

export interface Funding {
  readonly ledger: Ledger;
  /** What is on its way. It stays until the contract's address is written down. */
  readonly file: string;
  readonly contract: string;
  /** Undefined: only what was begun before is brought to its end. */
  readonly stroops: bigint | undefined;
  readonly sleep: (ms: number) => Promise<void>;
  readonly write?: typeof writeSecret;
}

interface Begun {
  readonly contract: string;
  readonly submission: Submission;
}

const pollMs = 500;

/**
 * Gives a new contract its first XLM, once: the signed transaction is on disk before it leaves, and while the ledger may still take it no other is built. What was
 * begun with one amount is ended with that. Rejects with what the network said.
 */
export async function fundContract({ ledger, file, contract, stroops, sleep, write = writeSecret }: Funding): Promise<void> {
  const { wallet, chain } = ledger;
  const text = await readSecret(file);
  const begun = text === undefined ? undefined : (JSON.parse(text) as Begun);
  const before = begun?.contract === contract ? begun.submission : undefined;
  if (before?.state.at === 'confirmed' || (!before && stroops === undefined)) return;
  const save = (submission: Submission): Promise<void> => write(file, `${JSON.stringify({ contract, submission } satisfies Begun)}\n`);
  const settle = (submission: Submission): Promise<Submission> => wallet.settle(chain, submission, { sleep, save, pollMs });
  let submission = before && (await settle(before));
  // Another one only where the ledger cannot take this one any more.
  if (stroops !== undefined && (!submission || wallet.mayRebuild(submission))) {
    const payment = await ledger.preparePayment(contract, stroops);
    if ('refused' in payment) throw new Error(`funding the contract: ${payment.refused}`);
    const signed = await ledger.sign(payment.prepared, 'fees');
    await save(signed);
    submission = await settle(signed);
  }
  if (submission?.state.at === 'confirmed') return;
  const { at } = submission!.state;
  const hint = at === 'unknown' ? `: nobody can say any more whether it was paid; look at the balance of ${contract}, and remove ${file}` : '';
  throw new Error(`funding the contract: ${at}${hint}`);
}

export const forgetFunding = (file: string): Promise<void> => rm(file, { force: true });
