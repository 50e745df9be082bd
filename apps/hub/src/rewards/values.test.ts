import { chainFault } from '@energymesh/protocol';
import { expect, test } from 'vitest';
import { HubChain, sha256 } from './values.ts';

const secret = new Uint8Array(32).fill(7);

test('each value is the hash of the next, from the secret to the anchor', async () => {
  for (const length of [1, 511, 512, 513, 1300]) {
    const chain = await HubChain.of(secret, length);
    expect(chain.at(0)).toEqual(chain.anchor);
    expect(chain.at(length)).toEqual(secret);
    for (const distance of [1, 510, 511, 512, 513, 1024, length].filter((at) => at <= length)) {
      expect(sha256(chain.at(distance)!)).toEqual(chain.at(distance - 1));
    }
    expect([chain.at(-1), chain.at(length + 1), chain.at(0.5)]).toEqual([undefined, undefined, undefined]);
    expect(chainFault(sha256, { epoch: 100, value: chain.anchor }, { epoch: 101, value: chain.at(1)! }, 101)).toBeUndefined();
  }
});
