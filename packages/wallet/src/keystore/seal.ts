import { createCipheriv, createDecipheriv, hkdfSync, type ScryptOptions, scrypt } from 'node:crypto';

/** What opens the file: words that the operator knows, or 32 bytes that the node keeps elsewhere, so that it can work unattended. */
export type Lock = { readonly kind: 'passphrase'; readonly passphrase: string } | { readonly kind: 'node'; readonly secret: Uint8Array };

/** How the key was made of the lock; stands in the file, so that the cost can rise without breaking older files. */
type KeyRecipe =
  | { readonly name: 'scrypt'; readonly cost: number; readonly blockSize: number; readonly parallel: number; readonly salt: string }
  | { readonly name: 'hkdf-sha256'; readonly salt: string };

export interface Sealed {
  readonly recipe: KeyRecipe;
  readonly nonce: string;
  /** AES-256-GCM: ciphertext | 16-byte tag. */
  readonly box: string;
}

export interface ScryptCost {
  readonly cost: number;
  readonly parallel: number;
}

/** OWASP's 2^15, r = 8, p = 3: 32 MiB, which a Pi can spare, at the price of the commoner 2^17 with 128 MiB. */
export const scryptCost: ScryptCost = { cost: 2 ** 15, parallel: 3 };
const blockSize = 8;

/** A file from elsewhere must not make the node allocate gigabytes. */
const costMax = 2 ** 20;
const parallelMax = 16;

export const passphraseLengthMin = 8;
export const nodeSecretBytes = 32;

const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const toBytes = (text: string): Buffer => Buffer.from(text, 'base64');

async function keyFor(lock: Lock, recipe: KeyRecipe): Promise<Buffer> {
  if (lock.kind === 'node') return Buffer.from(hkdfSync('sha256', lock.secret, toBytes(recipe.salt), 'energymesh wallet', 32));
  if (recipe.name !== 'scrypt') throw new TypeError('a passphrase opens scrypt only');
  const options: ScryptOptions = {
    N: recipe.cost,
    r: recipe.blockSize,
    p: recipe.parallel,
    maxmem: 128 * recipe.blockSize * (recipe.cost + recipe.parallel + 2) + 65_536,
  };
  return new Promise((resolve, reject) => {
    scrypt(lock.passphrase.normalize('NFKC'), toBytes(recipe.salt), 32, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/** `bound` is authenticated and stays readable. */
export async function seal(plain: Uint8Array, bound: string, lock: Lock, random: (bytes: number) => Uint8Array, cost = scryptCost): Promise<Sealed> {
  const salt = toText(random(16));
  const recipe: KeyRecipe = lock.kind === 'node' ? { name: 'hkdf-sha256', salt } : { name: 'scrypt', ...cost, blockSize, salt };
  const key = await keyFor(lock, recipe);
  const nonce = random(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad(bound, recipe));
  const box = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  key.fill(0);
  return { recipe, nonce: toText(nonce), box: toText(box) };
}

/** undefined: the lock is another one, or something in the file was changed. The two cannot be told apart. */
export async function unseal(sealed: Sealed, bound: string, lock: Lock): Promise<Uint8Array | undefined> {
  if ((sealed.recipe.name === 'scrypt') !== (lock.kind === 'passphrase')) return undefined;
  const key = await keyFor(lock, sealed.recipe);
  const box = toBytes(sealed.box);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, toBytes(sealed.nonce)).setAAD(aad(bound, sealed.recipe));
    decipher.setAuthTag(box.subarray(box.length - 16));
    return new Uint8Array(Buffer.concat([decipher.update(box.subarray(0, box.length - 16)), decipher.final()]));
  } catch {
    return undefined;
  } finally {
    key.fill(0);
  }
}

const aad = (bound: string, recipe: KeyRecipe): Buffer => Buffer.from(JSON.stringify([bound, Object.entries(recipe).sort(([a], [b]) => (a < b ? -1 : 1))]));

const isCount = (value: unknown, max: number): value is number => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max;
const isText = (value: unknown, bytes: number): boolean => typeof value === 'string' && toBytes(value).length >= bytes && value.length <= 1024;

/** Whether what a file says is a seal that may be tried. */
export function isSealed(value: unknown): value is Sealed {
  const { recipe, nonce, box } = (value ?? {}) as { recipe?: Record<string, unknown>; nonce?: unknown; box?: unknown };
  if (!recipe || !isText(recipe.salt, 16) || !isText(nonce, 12) || toBytes(nonce as string).length !== 12 || !isText(box, 17)) return false;
  if (recipe.name === 'hkdf-sha256') return true;
  const { cost, blockSize: block, parallel } = recipe;
  return recipe.name === 'scrypt' && isCount(cost, costMax) && (cost & (cost - 1)) === 0 && cost > 1 && block === blockSize && isCount(parallel, parallelMax);
}
