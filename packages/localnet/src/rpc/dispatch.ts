import type { Chain } from '../ledger/chain.ts';
import { invalidRequest, methodNotFound, RpcError } from './errors.ts';
import { getEvents } from './events.ts';
import { getFeeStats, getHealth, getLatestLedger, getLedgerEntries, getLedgers, getNetwork, getVersionInfo } from './ledgers.ts';
import { object, type Params } from './params.ts';
import { getTransaction, getTransactions, sendTransaction, simulateTransaction } from './transactions.ts';

export interface Answered {
  readonly body: unknown;
  readonly waiting: boolean;
  readonly answerLost: boolean;
}

type Method = (chain: Chain, params: Params) => unknown;
const methods: Readonly<Record<string, Method>> = {
  getHealth,
  getLatestLedger,
  getLedgers,
  getLedgerEntries,
  getFeeStats,
  getVersionInfo,
  getEvents,
  getTransaction,
  getTransactions,
  simulateTransaction,
};

/** One JSON-RPC request; what went wrong is in the answer. */
export const dispatch = (chain: Chain, friendbotUrl: string, request: unknown): Answered => {
  let id: unknown = null;
  const plain = (part: object): Answered => ({ body: { jsonrpc: '2.0', id, ...part }, waiting: false, answerLost: false });
  try {
    const { method, params: given, ...rest } = object(request, 'request');
    id = rest.id ?? null;
    if (typeof method !== 'string') throw invalidRequest('no method');
    const params = object(given, 'params');
    if (method === 'sendTransaction') {
      const { answer, waiting, answerLost } = sendTransaction(chain, params);
      return { ...plain({ result: answer }), waiting, answerLost };
    }
    if (method === 'getNetwork') return plain({ result: getNetwork(chain, friendbotUrl) });
    const run = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (!run) throw methodNotFound(method);
    return plain({ result: run(chain, params) });
  } catch (error) {
    if (error instanceof RpcError) return plain({ error: { code: error.code, message: error.message } });
    throw error;
  }
};
