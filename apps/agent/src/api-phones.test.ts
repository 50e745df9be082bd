import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Page } from './api/page.fixture.ts';
import { callAgeMsMax } from './api/phones/door.ts';
import { phonesMax } from './api/phones/phones.ts';
import { VirtualClock } from './clock.fixture.ts';
import { systemClock } from './clock.ts';
import { behind, type Door, openDoor } from './door.fixture.ts';
import { TestPhone } from './phone.fixture.ts';

const app = 'https://app.millbrook.example';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-phones-'));
  behind.reset();
  behind.app = app;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A node with an operator who has paired a phone. */
async function paired(extra: Parameters<typeof openDoor>[1] = {}) {
  const door = await openDoor(folder, extra);
  const phone = new TestPhone(door.phones.offer().link);
  const pairing = phone.pairing();
  const answer = pairing.open(await door.phones.answer(pairing.bytes, 'lan'));
  return { door, phone, answer };
}
const markOf = (answer: { body: string } | undefined): string => JSON.parse(answer?.body ?? '').result.data.feeds[0].mark;
const said = async (door: Door, call: ReturnType<TestPhone['call']>) => call.open(await door.phones.answer(call.bytes, 'lan'));

describe('pairing', () => {
  test('the code is a link to the app, with what the phone needs and nothing to keep', async () => {
    await using door = await openDoor(folder);
    const { link, endsAt } = door.phones.offer();
    expect(link.startsWith(`${app}/pair#`)).toBe(true);
    expect(new TestPhone(link).code).toMatchObject({ v: 1, n: '00000000000000a1', m: 'Mill', a: ['127.0.0.1:8080', '[fe80::1]:8080'] });
    expect(endsAt - Date.now()).toBeGreaterThan(9 * 60_000);
  });

  test('a phone that was shown the code is paired, and the code is good no longer', async () => {
    const { door, phone, answer } = await paired();
    await using _door = door;
    expect(answer).toMatchObject({ status: 200, body: JSON.stringify({ name: 'Mill', community: 'village' }) });
    expect(door.phones.list()).toMatchObject({ phones: [{ id: phone.id, name: 'Test phone', lastWay: 'direct' }], app });
    const second = new TestPhone(`${app}/pair#${Buffer.from(JSON.stringify(phone.code)).toString('base64url')}`);
    expect(await said(door, second.pairing())).toMatchObject({ refused: 'code-ended' });
  });

  test('five wrong tries end the code; a code of the app that is not served is none', async () => {
    await using door = await openDoor(folder);
    const phone = new TestPhone(door.phones.offer().link);
    for (let i = 0; i < 5; i++) expect(await said(door, phone.pairing('AAAAAAAAAAAAAAAAAAAAAA'))).toMatchObject({ refused: 'wrong-code' });
    expect(await said(door, phone.pairing())).toMatchObject({ refused: 'code-ended' });
    behind.app = undefined;
    expect(() => door.phones.offer()).toThrow(/serves no app/);
  });

  test('the code ends after ten minutes, when it is withdrawn, and when another is shown', async () => {
    const clock = new VirtualClock();
    await using door = await openDoor(folder, { clock });
    const late = new TestPhone(door.phones.offer().link);
    clock.advance(10 * 60_000);
    expect(await said(door, late.pairing())).toMatchObject({ refused: 'code-ended' });
    const first = new TestPhone(door.phones.offer().link);
    const second = new TestPhone(door.phones.offer().link);
    expect(await said(door, first.pairing())).toMatchObject({ refused: 'wrong-code' });
    door.phones.withdraw();
    expect(await said(door, second.pairing())).toMatchObject({ refused: 'code-ended' });
  });

  test('there is room for so many phones', async () => {
    await using door = await openDoor(folder);
    for (let i = 0; i < phonesMax; i++) expect(await said(door, new TestPhone(door.phones.offer().link).pairing())).toMatchObject({ status: 200 });
    expect(() => door.phones.offer()).toThrow(/16 phones are paired/);
  });
});

describe('a paired phone', () => {
  test('reads the status, also after a restart of the node', async () => {
    const { door, phone } = await paired();
    expect(JSON.parse((await said(door, phone.call('/trpc/status.get')))?.body ?? '')).toMatchObject({ result: { data: { neighbours: 0 } } });
    await door[Symbol.asyncDispose]();
    await using again = await openDoor(folder);
    expect(await said(again, phone.call('/trpc/status.get'))).toMatchObject({ status: 200 });
    phone.counter--;
    expect(await said(again, phone.call('/trpc/status.get'))).toMatchObject({ status: 0, refused: 'replayed' });
  });

  test('may not do what the passphrase is for', async () => {
    const { door, phone } = await paired();
    await using _door = door;
    const post = (path: string, body = '{}') => said(door, phone.call(path, { method: 'POST', body }));
    for (const path of ['auth.registerStart', 'auth.logout', 'phones.offer', 'phones.revoke', 'network.propose', 'setup.reset', 'rewards.wallet.withdraw']) {
      expect([path, (await post(`/trpc/${path}`))?.status]).toEqual([path, 403]);
    }
    expect(await said(door, phone.call('/healthz'))).toMatchObject({ refused: 'malformed' });
  });

  test('is told when something is new, and not after it was removed', async () => {
    const { door, phone } = await paired();
    await using _door = door;
    const follow = (seen: string) => said(door, phone.call(`/trpc/phones.follow?input=${encodeURIComponent(JSON.stringify({ seen: { 'mesh.live': seen } }))}`));
    const [{ mark }] = JSON.parse((await follow(''))!.body).result.data.feeds;
    const next = follow(mark);
    await expect.poll(() => behind.handlers.size).toBeGreaterThan(0);
    behind.topology = { ...behind.topology, path: [behind.topology.self] };
    for (const handler of behind.handlers) handler();
    expect(JSON.parse((await next)!.body).result.data.feeds).toEqual([{ name: 'mesh.live', mark: expect.any(String), value: behind.topology }]);

    const last = follow(markOf(await follow('')));
    await expect.poll(() => behind.handlers.size).toBeGreaterThan(0);
    door.phones.revoke(phone.id);
    behind.topology = { ...behind.topology, path: [] };
    for (const handler of behind.handlers) handler();
    expect(await last).toMatchObject({ refused: 'unknown-phone', body: '' });
  });

  test('leaves', async () => {
    const { door, phone } = await paired();
    await using _door = door;
    expect(await said(door, phone.call('/trpc/phones.leave', { method: 'POST', body: '{}' }))).toMatchObject({ status: 200 });
    expect(await said(door, phone.call('/trpc/status.get'))).toMatchObject({ refused: 'unknown-phone' });
  });

  test('that was removed is told so, under seal', async () => {
    const { door, phone } = await paired();
    await using _door = door;
    expect(door.phones.phones.expecting).toBe(true);
    expect(door.phones.revoke(phone.id)).toBe(true);
    // So that it hears of it through the hub, too.
    expect(door.phones.phones.expecting).toBe(true);
    expect(door.phones.revoke(phone.id)).toBe(false);
    expect(await said(door, phone.call('/trpc/status.get'))).toMatchObject({ status: 0, refused: 'unknown-phone' });
  });

  test('whose call was kept back is refused, and learns the time of the node', async () => {
    const { door, phone } = await paired();
    await using _door = door;
    phone.skewMs = -callAgeMsMax - 5000;
    const answer = await said(door, phone.call('/trpc/status.get'));
    expect(answer).toMatchObject({ refused: 'clock' });
    expect(Math.abs((answer?.at ?? 0) - Date.now())).toBeLessThan(5000);
  });
});

describe('whoever is in between', () => {
  test('cannot repeat a call, change it, answer it or take it to another node', async () => {
    const { door, phone } = await paired();
    await using _door = door;
    const call = phone.call('/trpc/status.get');
    const answer = (await door.phones.answer(call.bytes, 'lan'))!;
    expect(call.open(answer)).toMatchObject({ status: 200 });
    expect(await said(door, call)).toMatchObject({ refused: 'replayed' });
    // An answer stands for its own call only.
    expect(phone.call('/trpc/status.get').open(answer)).toBeUndefined();
    expect(await door.phones.answer(phone.seal('call', {}, '00000000000000b2').bytes, 'lan')).toBeUndefined();
    fc.assert(
      fc.property(fc.nat(answer.length - 1), fc.integer({ min: 0, max: 7 }), (index, bit) => {
        const changed = answer.slice();
        changed[index]! ^= 1 << bit;
        expect(call.open(changed)).toBeUndefined();
      }),
      { numRuns: 100 },
    );
  });

  test('who changes one bit of a call gets nothing done', async () => {
    const { door, phone } = await paired();
    await using _door = door;
    const call = phone.call('/trpc/phones.leave', { method: 'POST', body: '{}' });
    for (let index = 0; index < call.bytes.length; index += 3) {
      const changed = call.bytes.slice();
      changed[index]! ^= 1 << (index % 8);
      await door.phones.answerHub(changed);
    }
    expect(door.phones.list().phones).toHaveLength(1);
  });

  test('a stranger who knows the node and the phone is refused', async () => {
    const { door, phone } = await paired();
    await using _door = door;
    const stranger = new TestPhone(`${app}/pair#${Buffer.from(JSON.stringify(phone.code)).toString('base64url')}`);
    Object.assign(stranger, { id: phone.id });
    expect(await said(door, stranger.call('/trpc/status.get'))).toMatchObject({ refused: 'unknown-phone' });
  });

  test('who calls too often waits, the others do not', async () => {
    const { door, phone } = await paired();
    await using _door = door;
    const answers: (string | undefined)[] = [];
    for (let i = 0; i < 60; i++) answers.push((await said(door, phone.call('/trpc/status.get')))?.refused ?? 'answered');
    expect(answers).toContain('too-often');
    const call = phone.call('/trpc/status.get');
    expect(call.open(await door.phones.answer(call.bytes, 'another address'))).toMatchObject({ status: 200 });
  });
});

describe('the door on the local network', () => {
  const post = (base: string, origin: string, body: Uint8Array) =>
    fetch(`${base}/phone`, { method: 'POST', headers: { origin, 'content-type': 'application/octet-stream' }, body: new Uint8Array(body) });

  test("is open to the app's origin and no other, for sealed calls and nothing else", async () => {
    const { door, phone } = await paired();
    await using _door = door;
    const asked = (origin: string, path = '/phone') =>
      fetch(`${door.base}${path}`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-private-network': 'true' },
      });
    const allowed = await asked(app);
    expect([allowed.status, allowed.headers.get('access-control-allow-origin'), allowed.headers.get('access-control-allow-private-network')]).toEqual([
      204,
      app,
      'true',
    ]);
    for (const [origin, path] of [
      ['https://evil.example', '/phone'],
      [app, '/trpc/status.get'],
      [`${app}.evil.example`, '/phone'],
    ] as const) {
      const refused = await asked(origin, path);
      expect([origin, path, refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([origin, path, 403, null]);
    }
    const call = phone.call('/trpc/status.get');
    const answer = await post(door.base, app, call.bytes);
    expect(answer.headers.get('access-control-allow-origin')).toBe(app);
    expect(call.open(new Uint8Array(await answer.arrayBuffer()))).toMatchObject({ status: 200 });
    expect((await post(door.base, app, Buffer.from('rubbish'))).status).toBe(400);
    expect((await post(door.base, app, new Uint8Array(20_000))).status).toBe(400);
    expect((await post(door.base, 'https://evil.example', call.bytes)).status).toBe(403);
  });

  test('without an app there is no such origin', async () => {
    behind.app = undefined;
    await using door = await openDoor(folder);
    expect((await post(door.base, app, new Uint8Array(1))).status).toBe(403);
  });
});

test('the operator sees phones and removes them', async () => {
  const { door, phone } = await paired({ clock: systemClock });
  await using _door = door;
  const page = new Page(door.base);
  await page.claim(door.login.claimCode!, 'correct horse battery staple');
  expect((await page.client.phones.list.query()).phones).toMatchObject([{ id: phone.id, name: 'Test phone' }]);
  expect((await page.client.phones.offer.mutate()).link).toContain('/pair#');
  await page.client.phones.withdraw.mutate();
  await page.client.phones.revoke.mutate({ id: phone.id });
  await expect(page.client.phones.revoke.mutate({ id: phone.id })).rejects.toThrow(/no such phone/);
  expect((await page.client.phones.list.query()).phones).toEqual([]);
});
