import { randomBytes } from 'node:crypto';
import type { TRPCError } from '@trpc/server';
import { beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../clock.fixture.ts';
import { RewardsRefused } from '../ports.ts';
import type { ApiPorts, Principal } from './ports.ts';
import { createAppRouter } from './router.ts';
import { SealEnd } from './sealed.ts';
import { Seals } from './seals.ts';
import { noRewards } from './views/no-rewards.ts';

const clock = new VirtualClock();
const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
const said: unknown[] = [];
const off = noRewards(clock);
const ports = {
  clock,
  ...off,
  seals: new Seals({ clock, sessionKey: (session) => `key of ${session}` }),
  wallet: {
    ...off.wallet,
    phrase: async (viewer: string) => {
      if (viewer !== 's1') throw new RewardsRefused('wallet', 'shown-elsewhere: another page has shown the phrase');
      return phrase.split(' ');
    },
    confirm: async (words: readonly string[]) => {
      said.push(words);
      return words.join() === 'year,useful,yellow';
    },
    restore: async (words: string, abandon: string | undefined) => {
      said.push([words, abandon]);
      return off.wallet.state.current();
    },
  },
} as unknown as ApiPorts;
const callerAs = (principal: Principal) => createAppRouter(ports).createCaller({ principal, caller: '192.0.2.1', seal: 'opened' });
const operator = (session = 's1') => callerAs({ kind: 'operator', session }).rewards;
const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes));
const channelOf = async (session = 's1') => {
  const page = new SealEnd('page', random);
  const { channel, key } = await operator(session).wallet.seal({ key: page.key });
  return { channel, end: page.join(key, `key of ${session}`)! };
};
const refusal = (work: Promise<unknown>): Promise<{ code: string; why: string | undefined }> =>
  work.then(
    () => ({ code: 'none', why: undefined }),
    (error: unknown) => ({ code: (error as TRPCError).code, why: ((error as TRPCError).cause as RewardsRefused | undefined)?.why }),
  );

beforeEach(() => void said.splice(0));

describe('rewards, the wallet and votes', () => {
  test("are the operator's alone", async () => {
    for (const principal of [
      { kind: 'anonymous', why: 'not-logged-in' },
      { kind: 'claimant', session: 's' },
    ] as const) {
      const { rewards } = callerAs(principal);
      const code = principal.kind === 'anonymous' ? 'UNAUTHORIZED' : 'FORBIDDEN';
      for (const work of [
        () => rewards.earnings(),
        () => rewards.claim(),
        () => rewards.wallet.state(),
        () => rewards.wallet.create(),
        () => rewards.wallet.phrase({ channel: 'A'.repeat(22) }),
        () => rewards.wallet.withdraw({ id: 'x' }),
        () => rewards.wallet.setPayout({ address: 'own' }),
        () => rewards.governance.vote({ proposal: 1, yes: true }),
      ])
        expect(await refusal(work() as Promise<unknown>)).toMatchObject({ code });
    }
  });

  test('say why they are not there before the node has joined', async () => {
    expect(await operator().earnings()).toMatchObject({ state: 'off' });
    expect(await refusal(operator().claim())).toEqual({ code: 'PRECONDITION_FAILED', why: 'off' });
    expect(await refusal(operator().governance.propose({ params: { samples: 9 } }))).toEqual({ code: 'PRECONDITION_FAILED', why: 'off' });
  });
});

describe('a recovery phrase', () => {
  test('reaches the page that asked, sealed, and no other', async () => {
    const { channel, end } = await channelOf();
    const { box } = await operator().wallet.phrase({ channel });
    expect(box).not.toContain('legal');
    expect(end.open(box)).toBe(phrase);
    const other = await channelOf('s2');
    expect(other.end.open(box)).toBeUndefined();
    expect(await refusal(operator('s2').wallet.phrase({ channel: other.channel }))).toEqual({ code: 'CONFLICT', why: 'wallet' });
    // Another session's channel is none of ours.
    expect(await refusal(operator('s2').wallet.phrase({ channel }))).toEqual({ code: 'BAD_REQUEST', why: 'no-seal' });
  });

  test('is confirmed and restored sealed as well', async () => {
    const { channel, end } = await channelOf();
    expect(await operator().wallet.confirm({ channel, box: end.seal(' year  useful yellow ') })).toEqual({ confirmed: true });
    expect(await operator().wallet.confirm({ channel, box: end.seal('year useful legal') })).toEqual({ confirmed: false });
    await operator().wallet.restore({ channel, box: end.seal(phrase), abandon: 'GABC' });
    expect(said).toEqual([
      ['year', 'useful', 'yellow'],
      ['year', 'useful', 'legal'],
      [phrase, 'GABC'],
    ]);
  });

  test("in the clear, cut or by nobody's channel is not taken", async () => {
    const { channel, end } = await channelOf();
    const box = end.seal(phrase);
    for (const wrong of [box.slice(0, -4), `${box.startsWith('A') ? 'B' : 'A'}${box.slice(1)}`, 'A'.repeat(60)])
      expect(await refusal(operator().wallet.restore({ channel, box: wrong }))).toEqual({ code: 'BAD_REQUEST', why: 'no-seal' });
    expect(await refusal(operator().wallet.restore({ channel: 'A'.repeat(22), box }))).toEqual({ code: 'BAD_REQUEST', why: 'no-seal' });
    expect(await refusal(operator().wallet.restore({ channel, box: 'legal winner' }))).toMatchObject({ code: 'BAD_REQUEST' });
    expect(await refusal(operator().wallet.confirm({ channel, box: end.seal('x'.repeat(500)) }))).toEqual({ code: 'BAD_REQUEST', why: 'bad-phrase' });
    expect(await refusal(operator().wallet.seal({ key: 'A'.repeat(43) }))).toEqual({ code: 'BAD_REQUEST', why: 'no-seal' });
    expect(said).toEqual([]);
  });
});
