/** The slice of Horizon that wallets of this project use: accounts, their transactions and payments, fee statistics. */
import { StrKey } from '@stellar/stellar-sdk/base';
import { loadAccount } from '../ledger/accounts.ts';
import type { Chain } from '../ledger/chain.ts';
import { feeStats } from '../ledger/fee-stats.ts';
import { accountJson } from './accounts.ts';
import { type Answer, isoTime, ok, problem } from './format.ts';
import { paymentsPage, transactionsPage } from './pages.ts';
import { transactionJson } from './records.ts';

const notFound = (): Answer => problem(404, 'The resource at the url requested was not found.');
const version = 'localnet';

const root = (chain: Chain): Answer =>
  ok({
    horizon_version: version,
    core_version: version,
    history_latest_ledger: chain.latest.seq,
    history_latest_ledger_closed_at: isoTime(chain.latest.closeTime),
    history_elder_ledger: chain.oldestSeq,
    core_latest_ledger: chain.latest.seq,
    network_passphrase: chain.config.passphrase,
    current_protocol_version: chain.config.protocolVersion,
    core_supported_protocol_version: chain.config.protocolVersion,
  });

const fees = (chain: Chain): Answer => {
  const { percentiles } = feeStats(chain);
  return ok({
    last_ledger: String(chain.latest.seq),
    last_ledger_base_fee: String(chain.config.baseFee),
    ledger_capacity_usage: chain.faults.surge ? '1' : '0.01',
    fee_charged: percentiles,
    max_fee: percentiles,
  });
};

const transactionRoute = (chain: Chain, hash: string, base: string): Answer => {
  const row = chain.store.transaction(hash.toLowerCase());
  return row ? ok(transactionJson(row, base)) : notFound();
};

const accountRoute = (chain: Chain, id: string, what: string | undefined, search: URLSearchParams, base: string): Answer => {
  if (!StrKey.isValidEd25519PublicKey(id)) return problem(400, 'The request you sent was invalid in some way.', { invalid_field: 'account_id' });
  const path = `${base}/accounts/${id}/${what ?? ''}`;
  // Histories outlive accounts: only the account itself must still be there.
  if (what === 'transactions') return transactionsPage(chain, search, path, base, id);
  if (what === 'payments') return paymentsPage(chain, search, path, base, id);
  return what === undefined && loadAccount(chain.view, id) ? ok(accountJson(chain, id, base)) : notFound();
};

/** `base`: this network's own address, for links. */
export const horizon = (chain: Chain, path: string, search: URLSearchParams, base: string): Answer => {
  const [first, second, third, ...more] = path.split('/').filter(Boolean);
  if (more.length > 0) return notFound();
  if (first === undefined) return root(chain);
  if (first === 'fee_stats' && second === undefined) return fees(chain);
  if (first === 'accounts' && second) return accountRoute(chain, second, third, search, base);
  if (first === 'transactions' && second && third === undefined) return transactionRoute(chain, second, base);
  if (first === 'transactions' && second === undefined) return transactionsPage(chain, search, `${base}/transactions`, base, undefined);
  if (first === 'payments' && second === undefined) return paymentsPage(chain, search, `${base}/payments`, base, undefined);
  return notFound();
};
