import { describe, expect, test } from 'vitest';
import { Key } from '../key.fixture.ts';
import { hourMs, own, quiet, World } from '../reward-world.fixture.ts';

describe('an hour', () => {
  test('from its first second to its pay, to the stroop', async () => {
    await using world = new World();
    const hour = world.epoch;
    world.carry(12_000);
    await world.passTo(hour + 1);
    expect(world.account.keeper.record(hour)?.proof).toBeUndefined();
    await world.pass(12 * 60_000);
    expect(world.account.keeper.record(hour)).toMatchObject({
      proof: { packets: 12_000 },
      proved: { by: 'ledger', accepted: hour + 1 },
      attested: { by: 'ledger', gross: '1380000' },
    });
    await world.passTo(hour + 30);
    expect(world.contract.hours.get(hour)).toMatchObject({ paid: 1_380_000n });
    expect(world.account.keeper.record(hour)).toMatchObject({ paid: { by: 'ledger', amount: '1380000' } });
    expect(world.book.sums()).toContainEqual({ stage: 'paid', hours: 1, packets: 12_000, amount: 1_380_000 });
    expect(world.errors).toEqual([]);
  });

  test('comes to the same where the ledger cannot be asked, by the word of the hub', async () => {
    await using world = new World({ ledger: false });
    const hour = world.epoch;
    world.carry(12_000);
    await world.passTo(hour + 30);
    expect(world.contract.hours.get(hour)).toMatchObject({ paid: 1_380_000n });
    expect(world.account.keeper.record(hour)).toMatchObject({ paid: { by: 'hub', amount: '1380000' } });
    expect(world.account.rules.standing).toMatchObject({ by: 'hub', registered: true, payout: own });
  });

  test('without a packet is proved as well, and is nothing but that', async () => {
    await using world = new World();
    const hour = world.epoch;
    await world.passTo(hour + 5);
    for (let epoch = hour; epoch < hour + 4; epoch++) {
      expect(world.contract.hours.get(epoch)?.proof).toMatchObject({ packetCount: 0, timestamp: epoch * 3600 });
    }
    expect(world.contract.calls.filter((call) => call.startsWith('claim'))).toEqual([]);
    expect(world.book.sums().filter(({ stage }) => stage !== 'running')).toMatchObject(
      [{ stage: 'proved', packets: 0, amount: 0 }, { stage: 'pending' }].slice(0, 1),
    );
  });

  test('waits for the receipts of its last seconds, and takes none afterwards', async () => {
    await using world = new World();
    const hour = world.epoch;
    world.carry(256);
    await world.passTo();
    await world.pass(60_000);
    world.carry(100, { epoch: hour });
    await world.pass(60_000);
    expect(world.account.keeper.record(hour)?.proof?.packets).toBe(356);
    world.carry(50, { epoch: hour });
    expect(world.account.counters()).toMatchObject({ lateReceipts: 1 });
    await world.passTo(hour + 30);
    expect(world.contract.hours.get(hour)?.paid).toBeDefined();
  });

  test('that is short waits in proportion, but for the receipts of its last ten seconds', async () => {
    const { graceSeconds } = await import('./keeper.ts');
    expect([3600, 900, 300, 60, 10].map(graceSeconds)).toEqual([90, 90, 30, 15, 15]);
  });
});

describe('without a clock that can be trusted', () => {
  test('nothing is counted and nothing is proved; from then on everything is', async () => {
    await using world = new World();
    world.trusted = false;
    await world.passTo();
    world.trusted = true;
    await world.pass(60_000);
    const first = world.epoch;
    world.trusted = false;
    await world.passTo(first + 2);
    expect([...world.contract.hours.keys()]).toEqual([]);
    world.trusted = true;
    await world.pass(10 * 60_000);
    // The first hour of all had begun before its clock was in doubt.
    expect([...world.contract.hours.keys()]).toContain(first);
    expect(world.contract.hours.has(first + 1)).toBe(false);
  });
});

describe('outages', () => {
  test('of the hub for a day lose nothing and double nothing', async () => {
    await using world = new World();
    const hour = world.epoch;
    await world.pass(10 * 60_000);
    world.hub.silent = true;
    for (let i = 0; i < 20; i++) {
      world.carry(1000);
      await world.passTo();
    }
    expect(world.contract.hours.size).toBe(0);
    world.hub.silent = false;
    await world.passTo(hour + 60);
    for (let epoch = hour; epoch < hour + 20; epoch++) expect(world.contract.hours.get(epoch)).toMatchObject({ proof: { packetCount: 1000 }, paid: 115_000n });
    expect(world.contract.payouts).toBe(20n * 115_000n);
    const submits = world.contract.calls.filter((call) => call.startsWith('submit'));
    expect(new Set(submits).size).toBe(submits.length);
  });

  test('of the ledger: what the hub says holds until it is back, and is then borne out', async () => {
    await using world = new World();
    const hour = world.epoch;
    world.carry(1000);
    await world.pass(10 * 60_000);
    world.contract.away = true;
    await world.passTo(hour + 2);
    expect(world.account.keeper.record(hour)).toMatchObject({ attested: { by: 'hub' } });
    expect(world.account.reader.now).toMatchObject({ upToDate: false, why: 'No answer.' });
    world.contract.away = false;
    await world.pass(10 * 60_000);
    expect(world.account.keeper.record(hour)).toMatchObject({ attested: { by: 'ledger' } });
    expect(world.account.reader.now).toMatchObject({ upToDate: true, why: undefined });
  });

  test('of this node: hours that it was up in are proved when it is back', async () => {
    await using world = new World();
    const hour = world.epoch;
    world.carry(1000);
    await world.pass(5000);
    world.kill();
    world.clock.advance(5 * hourMs);
    world.start();
    await world.pass(10 * 60_000);
    expect([...world.contract.hours.keys()]).toEqual([hour]);
    expect(world.contract.hours.get(hour)).toMatchObject({ proof: { packetCount: 1000 } });
  });

  test('beyond a week are the end of an hour', async () => {
    await using world = new World();
    const hour = world.epoch;
    world.carry(1000);
    await world.pass(5000);
    world.hub.silent = true;
    await world.passTo();
    await world.pass(5 * 60_000);
    world.kill();
    world.clock.advance(170 * hourMs);
    world.hub.silent = false;
    world.hub.messages.length = 0;
    world.start();
    await world.pass(60_000);
    expect(world.account.keeper.record(hour)).toMatchObject({ refused: { by: 'node' }, why: ['TooOld'] });
    expect(world.book.sums()).toContainEqual({ stage: 'lost', hours: 2, packets: 1000, amount: 100_000 });
  });
});

describe('a node', () => {
  test('goes on with its other hours when one cannot be brought on', async () => {
    await using world = new World();
    const hour = world.epoch;
    world.carry(1000);
    await world.passTo();
    const { book } = world.account;
    const receiptsOf = book.receiptsOf.bind(book);
    book.receiptsOf = (epoch) => {
      if (epoch === hour) throw new Error('the disk is damaged there');
      return receiptsOf(epoch);
    };
    world.carry(500);
    await world.passTo(hour + 6);
    expect(world.contract.hours.has(hour)).toBe(false);
    expect(world.contract.hours.get(hour + 1)?.paid).toBe(57_500n);
    expect(world.account.counters()['turn-failed']).toBeGreaterThan(0);
    book.receiptsOf = receiptsOf;
    await world.passTo(hour + 12);
    expect(world.contract.hours.has(hour)).toBe(true);
  });

  test('that is stopped does not wait for a ledger that says nothing', async () => {
    await using world = new World();
    const stranger = new Key('stranger');
    world.strangers.push(stranger);
    world.kill();
    const asked = Promise.withResolvers<void>();
    const ledger = world.contract.ledger();
    world.contract.ledger = () => ({
      ...ledger,
      isMember: (_, signal) => {
        asked.resolve();
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    });
    world.start();
    await world.pass(60_000);
    world.carry(10, { by: stranger });
    await world.passTo();
    await world.pass(2 * 60_000);
    await asked.promise;
    await world.account[Symbol.asyncDispose]();
    expect(world.contract.hours.size).toBe(0);
  });
});

describe('receipts of a neighbour that is not registered', () => {
  test('are left out, since they could not be shown; of one that nobody knows they stay', async () => {
    await using world = new World();
    const hour = world.epoch;
    const stranger = new Key('stranger');
    world.strangers.push(stranger);
    world.carry(1000);
    world.carry(500, { by: stranger });
    await world.passTo();
    await world.pass(10 * 60_000);
    expect(world.account.keeper.record(hour)).toMatchObject({ proof: { packets: 1000 }, why: ['next-not-registered'] });

    await using alone = new World({ ledger: false });
    alone.strangers.push(stranger);
    alone.carry(500, { by: stranger });
    await alone.passTo();
    await alone.pass(10 * 60_000);
    expect(alone.account.keeper.record(hour)).toMatchObject({ proof: { packets: 500 } });
  });
});

describe("a gateway's hop", () => {
  test('is signed for by the hub, and the voucher counts once', async () => {
    await using world = new World();
    const hour = world.epoch;
    const { range } = await import('../reward-world.fixture.ts');
    const { rangesText } = await import('@energymesh/rewards');
    const request = { epoch: hour, seq: 7, ranges: [range(1, 200)] };
    world.account.wanted(request, rangesText(request.ranges));
    await quiet();
    await world.passTo();
    await world.pass(10 * 60_000);
    expect(world.account.keeper.record(hour)).toMatchObject({ proof: { packets: 200 } });
    expect(world.account.counters()).toMatchObject({ receipts: 1 });
  });
});
