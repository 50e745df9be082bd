import type { RadioNode } from './radio-node.ts';
import { run } from './run.ts';

/** An Ethernet cable between two nodes, plugged in while they run: the interface has the same name at both ends. */
export async function plugIn(name: string, a: RadioNode, addressA: string, b: RadioNode, addressB: string): Promise<void> {
  await run('ip', 'link', 'add', name, 'netns', a.namespace, 'type', 'veth', 'peer', 'name', name, 'netns', b.namespace);
  for (const [{ namespace }, address] of [
    [a, addressA],
    [b, addressB],
  ] as const) {
    await run('ip', '-n', namespace, 'address', 'add', `${address}/24`, 'dev', name);
    await run('ip', '-n', namespace, 'link', 'set', name, 'up');
  }
}

export const unplug = (name: string, a: RadioNode): Promise<string> => run('ip', '-n', a.namespace, 'link', 'del', name);
