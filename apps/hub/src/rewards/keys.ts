import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { ConfigError } from '../config.ts';
import { readSecret, writeSecret } from '../identity/files.ts';

const secret = z.string().regex(/^[0-9a-f]{64}$/);
const schema = z.strictObject({
  version: z.literal(1),
  /** Ed25519 seeds. */
  hub: secret,
  account: secret,
  sponsor: secret,
  chain: z.strictObject({ secret, length: z.int().min(1).max(10_000_000) }),
});

/** Thirty years of hours; a month of a test network's epochs of ten seconds. */
const chainLength = 2 ** 18;
/** DER in front of the 32 bytes of an Ed25519 private key in PKCS#8: RFC 8410 §7. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** What the hub signs and pays with. Not the community's authority: whoever steals these admits nobody to the mesh. */
export interface RewardKeys {
  /** Ed25519, hex: attestations, memberships, challenges, receipts of gateways' hops. */
  readonly hubKey: string;
  readonly sign: (message: Uint8Array) => Uint8Array;
  /** Secrets of the accounts on the ledger: of the one that pays fees, and of the one that holds reserves of nodes' accounts. */
  readonly account: Uint8Array;
  readonly sponsor: Uint8Array;
  readonly chain: { readonly secret: Uint8Array; readonly length: number };
}

/** From `<dataDir>/rewards.json`, made when it is absent. */
export async function openRewardKeys(dataDir: string, random: (bytes: number) => Uint8Array = randomBytes): Promise<RewardKeys> {
  const file = join(dataDir, 'rewards.json');
  const text = await readSecret(file);
  if (text !== undefined) return keysOf(parse(text, file));
  const fresh = () => Buffer.from(random(32)).toString('hex');
  const made: z.infer<typeof schema> = { version: 1, hub: fresh(), account: fresh(), sponsor: fresh(), chain: { secret: fresh(), length: chainLength } };
  await writeSecret(file, `${JSON.stringify(made, null, 2)}\n`);
  return keysOf(made);
}

function parse(text: string, file: string): z.infer<typeof schema> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ConfigError(`dataDir: ${file} is damaged; put its backup in place`, { cause });
  }
}

export function keysOf({ hub, account, sponsor, chain }: z.infer<typeof schema>): RewardKeys {
  const key = keyOf(hub);
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  return {
    hubKey: raw.toString('hex'),
    sign: (message) => new Uint8Array(sign(null, message, key)),
    account: Buffer.from(account, 'hex'),
    sponsor: Buffer.from(sponsor, 'hex'),
    chain: { secret: Buffer.from(chain.secret, 'hex'), length: chain.length },
  };
}

const keyOf = (seed: string): KeyObject => createPrivateKey({ key: Buffer.concat([pkcs8Prefix, Buffer.from(seed, 'hex')]), format: 'der', type: 'pkcs8' });
