import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { wordsOf } from '../input/phrase.ts';
import { KeystoreError, type KeystoreFault } from './errors.ts';
import { Keystore } from './keystore.ts';
import { nodeLock } from './node-secret.ts';
import type { Lock } from './seal.ts';

const cost = { cost: 2, parallel: 1 };
const entropy = Uint8Array.from({ length: 32 }, (_, i) => i);
const words = wordsOf(entropy);
const operator: Lock = { kind: 'passphrase', passphrase: 'correct horse battery' };
const node: Lock = { kind: 'node', secret: new Uint8Array(32).fill(3) };
const page = 'page-0123456789abcdef';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-wallet-'));
  path = join(folder, 'wallet', 'wallet.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (): Promise<Keystore> => Keystore.open({ path, cost });
const expectFault = async (work: Promise<unknown>, code: KeystoreFault): Promise<void> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(KeystoreError);
  expect((error as KeystoreError).code).toBe(code);
  expect((error as KeystoreError).shouldRetry()).toBe(false);
};
const asked = (keystore: Keystore): string[] => {
  const { state } = keystore;
  return state.at === 'unconfirmed' ? state.ask.map((position) => words[position - 1]!) : [];
};

describe.each([operator, node])('a wallet under a $kind lock', (lock) => {
  test('is created, shown to one page, confirmed, and then forgets the phrase', async () => {
    const keystore = await open();
    expect(keystore.state).toEqual({ at: 'not-created' });
    const made = await keystore.create({ lock, entropy });
    expect(made).toMatchObject({ at: 'unconfirmed', shown: false, words: 24, lock: lock.kind });
    expect((await keystore.signer(lock)).address).toBe((made as { address: string }).address);

    await expectFault(keystore.confirm({ lock, words: asked(keystore) }), 'not-shown-yet');
    expect(await keystore.reveal({ lock, viewer: page })).toEqual(words);
    expect(await keystore.reveal({ lock, viewer: page })).toEqual(words);
    await expectFault(keystore.reveal({ lock, viewer: `${page}-other` }), 'shown-elsewhere');

    const again = await open();
    expect(again.state).toMatchObject({ at: 'unconfirmed', shown: true });
    await expectFault(again.reveal({ lock, viewer: `${page}-other` }), 'shown-elsewhere');
    expect(await again.confirm({ lock, words: ['zoo', ...asked(again).slice(1)] })).toBe(false);
    expect(await again.confirm({ lock, words: asked(again).slice(1) })).toBe(false);
    expect(await again.confirm({ lock, words: asked(again).map((word) => ` ${word.toUpperCase()} `) })).toBe(true);
    expect(again.state).toMatchObject({ at: 'confirmed', address: (made as { address: string }).address });
    await expectFault(again.reveal({ lock, viewer: page }), 'confirmed');
    await expectFault(again.confirm({ lock, words: asked(again) }), 'confirmed');
    await expectFault(again.startOver({ lock, entropy, abandon: (made as { address: string }).address }), 'confirmed');
    expect((await (await open()).signer(lock)).address).toBe((made as { address: string }).address);
  });

  test('is on disk for its owner only, and nothing readable is in it', async () => {
    const keystore = await open();
    await keystore.create({ lock, entropy });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'wallet')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(folder, 'wallet'))).toEqual(['wallet.json']);
    const file = readFileSync(path, 'utf8');
    expect(file).not.toContain(Buffer.from(entropy).toString('base64'));
    expect(file).not.toContain(Buffer.from(entropy).toString('hex'));
    expect(file.toLowerCase()).not.toContain(words.slice(0, 2).join(' '));
    chmodSync(path, 0o644);
    await open();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('opens under no other lock', async () => {
    const keystore = await open();
    await keystore.create({ lock, entropy });
    for (const other of [
      { kind: 'passphrase', passphrase: 'correct horse batterx' },
      { kind: 'node', secret: new Uint8Array(32).fill(4) },
    ] satisfies Lock[]) {
      await expectFault(keystore.signer(other), 'wrong-lock');
      await expectFault(keystore.reveal({ lock: other, viewer: page }), 'wrong-lock');
      await expectFault(keystore.relock({ from: other, to: lock }), 'wrong-lock');
    }
  });
});

test('a phrase from elsewhere is the wallet at once: SEP-5, any account of it', async () => {
  const keystore = await open();
  const phrase = 'illness spike retreat truth genius clock brain pass fit cave bargain toe';
  expect(await keystore.restore({ phrase, lock: node, index: 3 })).toEqual({
    at: 'confirmed',
    address: 'GAOD5NRAEORFE34G5D4EOSKIJB6V4Z2FGPBCJNQI6MNICVITE6CSYIAE',
    lock: 'node',
  });
});

test('a key is given up only by its name', async () => {
  const keystore = await open();
  const { address } = (await keystore.create({ lock: node, entropy })) as { address: string };
  await expectFault(keystore.create({ lock: node, entropy }), 'exists');
  const phrase = words.join(' ');
  await expectFault(keystore.restore({ phrase, lock: node }), 'not-the-current-address');
  await expectFault(keystore.startOver({ lock: node, entropy, abandon: 'another' }), 'not-the-current-address');
  const next = await keystore.startOver({ lock: node, entropy: entropy.map((byte) => byte ^ 1), abandon: address });
  expect(next).toMatchObject({ at: 'unconfirmed', shown: false });
  expect((next as { address: string }).address).not.toBe(address);
  expect(await keystore.restore({ phrase, lock: node, abandon: (next as { address: string }).address })).toMatchObject({ at: 'confirmed', address });
});

test('what cannot be a wallet is refused', async () => {
  const keystore = await open();
  await expectFault(keystore.create({ lock: node, entropy: entropy.subarray(0, 16) }), 'bad-entropy');
  await expectFault(keystore.create({ lock: node, entropy: new Uint8Array(32) }), 'bad-entropy');
  await expectFault(keystore.create({ lock: { kind: 'passphrase', passphrase: 'short' }, entropy }), 'weak-lock');
  await expectFault(keystore.create({ lock: { kind: 'node', secret: new Uint8Array(16) }, entropy }), 'weak-lock');
  await expectFault(keystore.restore({ phrase: words.slice(1).join(' '), lock: node }), 'bad-phrase');
  await expectFault(keystore.restore({ phrase: [...words].reverse().join(' '), lock: node }), 'bad-phrase');
  for (const work of [keystore.signer(node), keystore.reveal({ lock: node, viewer: page }), keystore.confirm({ lock: node, words: [] })])
    await expectFault(work, 'not-created');
  expect(existsSync(path)).toBe(false);
  const stuck = await Keystore.open({ path, cost, random: (bytes) => new Uint8Array(bytes).fill(1) });
  await expectFault(stuck.create({ lock: node, entropy }), 'bad-entropy');
});

test('another lock, the same wallet, the same page', async () => {
  const keystore = await open();
  const { address } = (await keystore.create({ lock: node, entropy })) as { address: string };
  await keystore.reveal({ lock: node, viewer: page });
  await keystore.relock({ from: node, to: operator });
  expect(keystore.state).toMatchObject({ lock: 'passphrase', shown: true });
  await expectFault(keystore.signer(node), 'wrong-lock');
  await expectFault(keystore.relock({ from: operator, to: { kind: 'passphrase', passphrase: '' } }), 'weak-lock');
  expect((await (await open()).signer(operator)).address).toBe(address);
});

test('every changed byte of the file is noticed', async () => {
  const keystore = await open();
  await keystore.create({ lock: node, entropy });
  const whole = readFileSync(path, 'utf8');
  const opens = async (text: string): Promise<boolean> => {
    writeFileSync(path, text);
    return open()
      .then((changed) => changed.signer(node))
      .then(
        () => true,
        (error: unknown) => {
          expect(error).toBeInstanceOf(KeystoreError);
          return false;
        },
      );
  };
  expect(await opens(whole)).toBe(true);
  const survived: string[] = [];
  for (let at = 0; at < whole.trimEnd().length; at++) {
    const byte = whole.charCodeAt(at) ^ 1;
    if (await opens(whole.slice(0, at) + String.fromCharCode(byte) + whole.slice(at + 1))) survived.push(`${at} ${whole.slice(at, at + 4)}`);
  }
  // Bits beyond the last byte of base64 say nothing.
  expect(survived.every((place) => place.includes('='))).toBe(true);
  for (const text of ['', 'null', '[]', '{}', '{"version":2}', whole.slice(0, 100)]) expect(await opens(text)).toBe(false);
});

test('a file from elsewhere does not choose how much memory is taken', async () => {
  const keystore = await open();
  await keystore.create({ lock: operator, entropy });
  writeFileSync(path, readFileSync(path, 'utf8').replace('"cost":2', '"cost":1073741824'));
  await expectFault(open(), 'damaged');
  writeFileSync(path, 'x'.repeat(20_000));
  await expect(open()).rejects.toThrow(RangeError);
});

test('a write that fails leaves the old wallet, in memory and on disk', async () => {
  let broken = false;
  const random = (bytes: number): Uint8Array => {
    if (broken) throw new Error('no randomness');
    return crypto.getRandomValues(new Uint8Array(bytes));
  };
  const keystore = await Keystore.open({ path, cost, random });
  await keystore.create({ lock: node, entropy });
  const before = readFileSync(path);
  broken = true;
  await expect(keystore.relock({ from: node, to: operator })).rejects.toThrow('no randomness');
  expect(readFileSync(path)).toEqual(before);
  broken = false;
  expect((await keystore.signer(node)).address).toBe((keystore.state as { address: string }).address);
});

test('calls at once are done one after the other', async () => {
  const keystore = await open();
  const results = await Promise.allSettled([keystore.create({ lock: node, entropy }), keystore.create({ lock: node, entropy }), keystore.signer(node)]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

describe("the node's own lock", () => {
  test('is made once and read ever after', async () => {
    const place = join(folder, 'sealed', 'wallet-key');
    const first = await nodeLock(place, (bytes) => new Uint8Array(bytes).fill(5));
    expect(await nodeLock(place, () => new Uint8Array(32))).toEqual(first);
    expect(statSync(place).mode & 0o777).toBe(0o600);
  });

  test('two at once agree, and a broken one is not replaced', async () => {
    const place = join(folder, 'wallet-key');
    let fill = 0;
    const random = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(++fill);
    const [a, b] = await Promise.all([nodeLock(place, random), nodeLock(place, random)]);
    expect(a).toEqual(b);
    writeFileSync(place, 'short');
    await expect(nodeLock(place, random)).rejects.toThrow(RangeError);
    expect(readFileSync(place, 'utf8')).toBe('short');
  });
});
