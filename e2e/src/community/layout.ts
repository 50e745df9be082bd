/** Who is there and who hears whom. Every edge is a multicast group of its own on loopback, so only its two ends hear each other. */
export interface Layout {
  readonly nodes: readonly LayoutNode[];
  readonly edges: readonly (readonly [string, string])[];
  readonly devices: readonly LayoutDevice[];
}
export interface LayoutNode {
  readonly key: string;
  readonly name: string;
  readonly gateway?: boolean;
  /** Not started with the others. */
  readonly later?: boolean;
  readonly position?: { readonly lat: number; readonly lon: number };
}
export type Role = 'donor' | 'recipient' | 'meter' | 'lock';
export interface LayoutDevice {
  readonly id: string;
  readonly role: Role;
  /** Key of the node whose broker it uses. */
  readonly at: string;
}

/**
 * The community of `npm start`. A is the only gateway; F and G are three hops from it; B, C, D or E may die without cutting anyone off.
 *
 *        B --- D --- F
 *      / |   X       |
 *     A  |  / \      |
 *      \ | /   \     |
 *        C --- E --- G
 */
export const village: Layout = {
  nodes: [
    { key: 'A', name: 'School roof', gateway: true, position: { lat: 50.7312, lon: 7.1024 } },
    { key: 'B', name: 'Bakery', position: { lat: 50.7319, lon: 7.1041 } },
    { key: 'C', name: 'Hill Farm', position: { lat: 50.7303, lon: 7.1043 } },
    { key: 'D', name: 'Church Row 4', position: { lat: 50.7321, lon: 7.1062 } },
    { key: 'E', name: 'Mill Lane 7', position: { lat: 50.7302, lon: 7.1066 } },
    { key: 'F', name: 'Weir Cottage', position: { lat: 50.7319, lon: 7.1083 } },
    { key: 'G', name: 'Old Dairy', position: { lat: 50.7305, lon: 7.1086 } },
  ],
  edges: [
    ['A', 'B'],
    ['A', 'C'],
    ['B', 'C'],
    ['B', 'D'],
    ['B', 'E'],
    ['C', 'D'],
    ['C', 'E'],
    ['D', 'F'],
    ['E', 'G'],
    ['F', 'G'],
  ],
  devices: [
    { id: 'school-pv', role: 'donor', at: 'A' },
    { id: 'bakery-meter', role: 'meter', at: 'B' },
    { id: 'farm-pv', role: 'donor', at: 'C' },
    { id: 'church-4-meter', role: 'recipient', at: 'D' },
    { id: 'mill-7-meter', role: 'recipient', at: 'E' },
    { id: 'weir-meter', role: 'meter', at: 'F' },
    { id: 'weir-lock', role: 'lock', at: 'F' },
    { id: 'dairy-meter', role: 'recipient', at: 'G' },
    { id: 'dairy-lock', role: 'lock', at: 'G' },
  ],
};

/** A line of nodes; those in `gateways` reach the backend. */
export function line(keys: readonly string[], gateways: readonly string[], devices: readonly LayoutDevice[]): Layout {
  return {
    nodes: keys.map((key) => ({ key, name: `Node ${key}`, gateway: gateways.includes(key) })),
    edges: keys.slice(1).map((key, i) => [keys[i]!, key] as const),
    devices,
  };
}
