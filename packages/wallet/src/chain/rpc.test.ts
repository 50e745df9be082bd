import { describe, expect, test } from 'vitest';
import { readAccounts } from './account.ts';
import { chainOf } from './chain.ts';
import { RpcFailure, shouldRetry, Unreachable, WrongNetwork } from './errors.ts';
import { type Network, networkOf } from './network.ts';
import { scripted } from './scripted.fixture.ts';

const failure = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a server that is no server', () => {
  test.each([
    ['is not there', () => Promise.reject(new TypeError('fetch failed')), true],
    ['says 503', async () => new Response('busy', { status: 503 }), true],
    ['says 429', async () => new Response('{}', { status: 429 }), true],
    ['is a captive portal', async () => new Response('<html>Log in</html>'), true],
    ['answers nothing', async () => Response.json({ jsonrpc: '2.0', id: 1 }), true],
    ['answers null', async () => Response.json(null), true],
    ['never stops', async () => new Response('x'.repeat(300_000)), true],
    ['answers a field of another kind', async () => Response.json({ result: { passphrase: 5 } }), true],
  ])('%s', async (_, fetch, retry) => {
    const chain = chainOf(networkOf('testnet') as Network, { fetch: fetch as unknown as typeof globalThis.fetch, answerBytesMax: 100_000 });
    const error = await failure(chain.rpc.expectNetwork());
    expect(error).toBeInstanceOf(Unreachable);
    expect(shouldRetry(error)).toBe(retry);
  });

  test('takes too long', async () => {
    const fetch = (_: unknown, init: RequestInit): Promise<Response> =>
      new Promise((_resolve, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
    const chain = chainOf(networkOf('testnet') as Network, { fetch: fetch as typeof globalThis.fetch, timeoutMs: 5 });
    expect(await failure(chain.rpc.expectNetwork())).toBeInstanceOf(Unreachable);
  });

  test('is left when the caller leaves', async () => {
    const fetch = (_: unknown, init: RequestInit): Promise<Response> =>
      new Promise((_resolve, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
    const chain = chainOf(networkOf('testnet') as Network, { fetch: fetch as typeof globalThis.fetch });
    const leaving = new AbortController();
    const work = failure(chain.rpc.expectNetwork(leaving.signal));
    leaving.abort(new Error('left'));
    expect(await work).toEqual(new Error('left'));
  });
});

test("the server's own errors: what passes and what stays wrong", async () => {
  for (const [code, retry] of [
    [-32603, true],
    [-32001, true],
    [-32602, false],
    [-32600, false],
    [-32601, false],
  ] as const) {
    const error = await failure(scripted({ getNetwork: () => ({ error: { code, message: 'no' } }) }).rpc.expectNetwork());
    expect(error).toBeInstanceOf(RpcFailure);
    expect(shouldRetry(error)).toBe(retry);
  }
});

test('another network is noticed', async () => {
  const chain = scripted({ getNetwork: () => ({ passphrase: 'Test SDF Network ; September 2015' }) });
  const error = await failure(chain.rpc.expectNetwork());
  expect(error).toBeInstanceOf(WrongNetwork);
  expect(shouldRetry(error)).toBe(false);
  expect(await failure(readAccounts(chain, [], 1n))).toBeInstanceOf(WrongNetwork);
  chain.script = { getNetwork: () => ({ passphrase: chain.network.passphrase }), getLedgerEntries: () => ({ entries: [], latestLedger: 1 }) };
  expect(await readAccounts(chain, [], 1n)).toEqual([]);
  await readAccounts(chain, [], 1n);
  expect(chain.calls).toEqual(['getNetwork', 'getNetwork', 'getNetwork', 'getLedgerEntries', 'getLedgerEntries']);
});

describe('networks by configuration', () => {
  test('presets', () => {
    expect(networkOf('testnet')).toEqual({
      name: 'testnet',
      passphrase: 'Test SDF Network ; September 2015',
      rpcUrl: 'https://soroban-testnet.stellar.org',
      horizonUrl: 'https://horizon-testnet.stellar.org',
      // The well-known contract of XLM on the test network.
      token: 'CDLZFC3SYJYDZT7K67VZ75HPJVIEUVNIXF47ZG2FB2RMQQVU2HHGCYSC',
    });
    expect(networkOf('public', { rpcUrl: 'https://rpc.example.org', horizonUrl: false })).toEqual({
      name: 'public',
      passphrase: 'Public Global Stellar Network ; September 2015',
      rpcUrl: 'https://rpc.example.org',
      token: 'CAS3J7GYLGXMF6TDJBBYYSE3HQ6BBSMLNUQ34T6TZMYMW2EVH34XOWMA',
    });
    expect(networkOf('local', { rpcUrl: 'http://192.168.4.1:8000' })).toMatchObject({ name: 'local', rpcUrl: 'http://192.168.4.1:8000' });
  });

  test.each([
    ['local', {}, 'rpc-url-missing'],
    ['public', {}, 'rpc-url-missing'],
    ['local', { rpcUrl: 'nonsense' }, 'bad-url'],
    ['local', { rpcUrl: 'ftp://127.0.0.1' }, 'bad-url'],
    ['local', { rpcUrl: 'https://user:word@example.org' }, 'bad-url'],
    ['testnet', { horizonUrl: 'x' }, 'bad-url'],
    ['testnet', { rpcUrl: 'http://example.org' }, 'plain-http'],
    ['testnet', { rpcUrl: 'http://10.example.org' }, 'plain-http'],
    ['testnet', { rpcUrl: 'http://172.32.0.1' }, 'plain-http'],
    ['testnet', { contractId: 'G'.padEnd(56, 'A') }, 'bad-contract-id'],
  ] as const)('%s %j is refused: %s', (name, options, fault) => {
    expect(networkOf(name, options)).toEqual({ fault });
  });

  test.each(['http://localhost:1', 'http://[::1]:1', 'http://10.0.0.1', 'http://172.16.0.9', 'http://hub.local:8000', 'http://169.254.1.1'])(
    '%s is near',
    (rpcUrl) => {
      expect(networkOf('local', { rpcUrl })).toMatchObject({ rpcUrl });
    },
  );
});
