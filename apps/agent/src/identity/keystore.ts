import { join } from 'node:path';
import { generateNodeKey, type NodeKey, nodeKeyFromPem, nodeKeyToPem } from '@energymesh/identity';
import { readIfThere, writeDurably } from './files.ts';

/** The node's Ed25519 key, made on the first start. Throws when a key file is there but cannot be read: a node must not silently become another one. */
export function openNodeKey(folder: string): { readonly key: NodeKey; readonly created: boolean } {
  const path = join(folder, 'node.key');
  const pem = readIfThere(path);
  if (pem !== undefined) {
    try {
      return { key: nodeKeyFromPem(pem.toString('utf8')), created: false };
    } catch (cause) {
      throw new Error(`${path}: the node's key cannot be read; restore it from a backup, or remove it to start as a new node`, { cause });
    }
  }
  const key = generateNodeKey();
  writeDurably(path, nodeKeyToPem(key));
  return { key, created: true };
}
