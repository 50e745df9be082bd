/** A file exactly as it lands. What is in `folder` belongs to the generation and appears at once with it; anything else is put into its place by the helper. */
export interface RenderedFile {
  readonly path: string;
  readonly mode: 0o600 | 0o644;
  readonly text: string;
}

export interface RenderOptions {
  /** Where a generation's files are seen: a symbolic link to the generation in force. */
  readonly folder: string;
  /** Control sockets, leases: nothing that outlives a boot. */
  readonly runtime: string;
  /** May talk to the control sockets: the reader's. Undefined: root alone. */
  readonly controlGroup: string | undefined;
  readonly ports: { readonly http: number; readonly devices: number; readonly links: number; readonly beacons: number; readonly authority: number };
}

export const standardOptions: RenderOptions = {
  folder: '/etc/energymesh/network',
  runtime: '/run/energymesh-radio',
  controlGroup: 'energymesh-radio',
  ports: { http: 8080, devices: 8883, links: 7770, beacons: 7769, authority: 8443 },
};

/** Every file begins with it. */
export const heading = (what: string, comment = '#'): string =>
  `${comment} ${what}\n${comment} Written by energymesh-netd from the desired state: changes made here are lost with the next one. docs/network.md\n`;
