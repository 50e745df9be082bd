import { readSecretFile, writeSecretFile } from './atomic-file.ts';
import { type Lock, nodeSecretBytes } from './seal.ts';

/**
 * The node's own key to its wallet: read from `path`, made there the first time. Keep it on another partition than the wallet (a sealed one where
 * the machine has it): a lock and its key side by side protect against a copy of one of them, not against whoever takes both.
 */
export async function nodeLock(path: string, random: (bytes: number) => Uint8Array): Promise<Lock> {
  const secret = (await readSecretFile(path, nodeSecretBytes)) ?? (await make(path, random));
  if (secret.length !== nodeSecretBytes) throw new RangeError(`${path}: expected ${nodeSecretBytes} bytes, got ${secret.length}`);
  return { kind: 'node', secret: new Uint8Array(secret) };
}

async function make(path: string, random: (bytes: number) => Uint8Array): Promise<Uint8Array> {
  try {
    const secret = random(nodeSecretBytes);
    await writeSecretFile(path, secret, { replace: false });
    return secret;
  } catch (error) {
    // Two processes at once: the first one's holds.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await readSecretFile(path, nodeSecretBytes))!;
  }
}
