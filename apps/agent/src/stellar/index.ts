import type { Way, WayOf } from './way.ts';

/** Loaded only by a node whose community pays. Stellar's SDK, which costs 20 MB of memory, is loaded when the ledger is first asked. */
export { walletInput } from './input.ts';
export { NodeVault } from './vault.ts';

/** Undefined: no server is named. */
export function lateWays(of: WayOf): () => Promise<Way | undefined> {
  let ways: Promise<(() => Promise<Way>) | undefined> | undefined;
  return async () => {
    if (of.rpc.length === 0) return undefined;
    ways ??= import('./way.ts').then(({ waysOf }) => waysOf(of));
    return (await ways)?.();
  };
}

/** The hub's transaction that makes this wallet's account, signed, without asking the ledger; undefined: it is something else, or there is no wallet. */
export async function cosignature({ network, contract, signer }: Pick<WayOf, 'network' | 'contract' | 'signer'>, unsigned: unknown) {
  const key = await signer();
  if (!key) return undefined;
  const { cosign } = await import('./way.ts');
  return cosign(network, contract, key, unsigned);
}
