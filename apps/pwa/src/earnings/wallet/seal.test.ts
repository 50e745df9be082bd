import { randomBytes } from 'node:crypto';
import { SealEnd } from '@energymesh/agent/sealed';
import { describe, expect, it } from 'vitest';
import { NotSealed, Sealed } from './seal.ts';

const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
const session = { id: 's', key: 'the session’s key' };

/** A node of one session, as the router has it. */
function node(sessionKey = session.key) {
  const said: unknown[] = [];
  const seen: string[] = [];
  let end: ReturnType<SealEnd['join']>;
  const wallet = {
    seal: {
      mutate: async ({ key }: { key: string }) => {
        const own = new SealEnd('node', (bytes) => new Uint8Array(randomBytes(bytes)));
        end = own.join(key, sessionKey);
        return { channel: 'A'.repeat(22), key: own.key };
      },
    },
    phrase: {
      mutate: async () => {
        const box = end!.seal(phrase);
        seen.push(box);
        return { box };
      },
    },
    confirm: {
      mutate: async ({ box }: { box: string }) => {
        seen.push(box);
        const text = end!.open(box);
        said.push(text);
        return { confirmed: text === 'year useful yellow' };
      },
    },
    restore: {
      mutate: async ({ box, abandon }: { box: string; abandon?: string }) => {
        seen.push(box);
        said.push([end!.open(box), abandon]);
      },
    },
  };
  return { wallet: wallet as never, said, seen };
}

describe('the page’s end of a sealed channel', () => {
  it('shows the words to this page, and sends what was typed to the node alone', async () => {
    const { wallet, said, seen } = node();
    const sealed = await Sealed.open(wallet, session);
    expect(await sealed.phrase()).toEqual(phrase.split(' '));
    expect(await sealed.confirm([' Year', 'useful ', 'YELLOW'])).toBe(true);
    expect(await sealed.confirm(['year', 'useful', 'legal'])).toBe(false);
    await sealed.restore(phrase, 'GABC');
    await sealed.restore(phrase, undefined);
    expect(said).toEqual(['year useful yellow', 'year useful legal', [phrase, 'GABC'], [phrase, undefined]]);
    for (const box of seen) for (const word of phrase.split(' ')) expect(box).not.toContain(word);
  });

  it('opens nothing of a node that does not have the session’s key', async () => {
    const { wallet } = node('another key');
    const sealed = await Sealed.open(wallet, session);
    await expect(sealed.phrase()).rejects.toThrow(NotSealed);
  });
});
