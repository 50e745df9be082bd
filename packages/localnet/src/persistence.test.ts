import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Asset, Keypair, Operation, rpc, TransactionBuilder } from '@stellar/stellar-sdk';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { payment, World } from './localnet.fixture.ts';
import { Localnet } from './localnet.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'localnet-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

it('is the same network after it was closed and opened again', async () => {
  const { alice, seq, hash } = await (async () => {
    await using w = await World.open({ dataDir });
    const alice = await w.funded();
    const got = await w.pay(alice, (await w.funded()).publicKey(), '5');
    w.net.advance(100);
    return { alice, seq: w.net.latest.seq, hash: got.txHash };
  })();
  await using w = await World.open({ dataDir });
  expect(w.net.latest.seq).toBe(seq);
  expect((await w.rpc.getTransaction(hash)).status).toBe('SUCCESS');
  const now = w.net.now();
  await w.pay(alice, alice.publicKey(), '1');
  expect(w.net.latest).toMatchObject({ seq: seq + 1, closeTime: now });
});

it('does not open the ledger of another network', async () => {
  await (await Localnet.open({ dataDir }))[Symbol.asyncDispose]();
  await expect(Localnet.open({ dataDir, config: { passphrase: 'another' } })).rejects.toThrow(/belongs to/);
});

interface Running {
  readonly process: ChildProcess;
  readonly url: string;
  readonly passphrase: string;
  readonly server: rpc.Server;
}

const run = async (...args: string[]): Promise<Running> => {
  const main = new URL('./main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, '--data', dataDir, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { url, rpcUrl, passphrase } = JSON.parse(line) as { url: string; rpcUrl: string; passphrase: string };
  return { process: child, url, passphrase, server: new rpc.Server(rpcUrl, { allowHttp: true }) };
};

const kill = async ({ process: child }: Running): Promise<void> => {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
};

it('remembers what it answered, killed at any moment', async () => {
  // No ledger closes by itself before the kill: the interval is an hour.
  const first = await run('--interval', '3600000');
  const alice = Keypair.random();
  await first.server.requestAirdrop(alice.publicKey());
  const bob = Keypair.random().publicKey();
  const account = await first.server.getAccount(alice.publicKey());
  const tx = new TransactionBuilder(account, { fee: '100', networkPassphrase: first.passphrase })
    .addOperation(Operation.createAccount({ destination: bob, startingBalance: '7' }))
    .setTimeout(0)
    .build();
  tx.sign(alice);
  const sent = await first.server.sendTransaction(tx);
  expect(sent.status).toBe('PENDING');
  await kill(first);

  const second = await run();
  expect((await second.server.getTransaction(sent.hash)).status).toBe('SUCCESS');
  expect((await second.server.getAccountEntry(bob)).balance).toBe(70_000_000n);
  const again = new TransactionBuilder(await second.server.getAccount(alice.publicKey()), { fee: '100', networkPassphrase: second.passphrase })
    .addOperation(Operation.payment({ destination: bob, amount: '1', asset: Asset.native() }))
    .setTimeout(0)
    .build();
  again.sign(alice);
  expect((await second.server.sendTransaction(again)).status).toBe('PENDING');
  await second.server.pollTransaction(Buffer.from(again.hash()).toString('hex'), { attempts: 50, sleepStrategy: () => 5 });
  await kill(second);

  const third = await run();
  expect((await third.server.getAccountEntry(bob)).balance).toBe(80_000_000n);
  third.process.kill('SIGTERM');
  expect((await once(third.process, 'exit'))[0]).toBe(0);
});

it('closes ledgers at intervals', async () => {
  await using w = await World.open({ close: { mode: 'interval', ms: 20, idleMs: 60_000 } });
  const [alice, bob] = [await w.funded(), await w.funded()];
  const sent = await w.rpc.sendTransaction(await w.signed(alice, [payment(bob.publicKey(), '1')]));
  expect((await w.rpc.pollTransaction(sent.hash, { attempts: 100, sleepStrategy: () => 5 })).status).toBe('SUCCESS');
  expect(await w.horizon.submitTransaction(await w.signed(bob, [payment(alice.publicKey(), '1')]))).toMatchObject({ successful: true });
});
