import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type NetworkStateInput, parseNetworkState, problemText, type RenderOptions, render, standardOptions } from '@energymesh/network';

/** The files that energymesh-netd would write for a desired state, in a folder of a namespace's own: what the lab runs is what lands on a node. */
export class NetworkFiles {
  /** Control sockets and leases. */
  readonly runtime: string;
  readonly namespace: string;
  readonly folder: string;
  readonly #names: ReadonlySet<string>;

  constructor(namespace: string, input: NetworkStateInput, ports: RenderOptions['ports'] = standardOptions.ports) {
    const parsed = parseNetworkState(input);
    if (!parsed.ok) throw new Error(parsed.problems.map(problemText).join('; '));
    this.namespace = namespace;
    this.runtime = `/run/radio-${namespace}`;
    this.folder = `/run/network-${namespace}`;
    for (const folder of [this.runtime, this.folder]) mkdirSync(folder, { recursive: true });
    const { files } = render(parsed.state, { folder: this.folder, runtime: this.runtime, controlGroup: undefined, ports });
    // What lands elsewhere is for systemd and NetworkManager, which are not here.
    const ours = files.filter(({ path }) => path.startsWith(`${this.folder}/`));
    for (const { path, mode, text } of ours) writeFileSync(path, text, { mode });
    this.#names = new Set(ours.map(({ path }) => basename(path)));
  }

  path(name: string): string {
    if (!this.#names.has(name)) throw new Error(`no ${name} among ${[...this.#names].join(', ')}`);
    return join(this.folder, name);
  }
}
