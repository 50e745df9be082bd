import type * as z from 'zod';

/** `field` is a path such as "wireguard.0.address"; `text` says what is wrong and what to write instead. */
export interface Problem {
  readonly field: string;
  readonly text: string;
}

/** What to write, by field without list positions; the nearest field above counts where there is none. */
const fixes: Readonly<Record<string, string>> = {
  '': 'Give an object as in docs/network.md',
  version: 'Write 1',
  country: 'Give the country in which the node stands, such as "DE"',
  names: 'Give a list such as [{"name":"mesh0","mac":"00:c0:ca:12:34:56"}]',
  mesh: 'Give {"id": "...", "passphrase": "..."}, or leave the mesh out',
  'mesh.id': 'Give the name of the mesh, 1 to 32 bytes',
  'mesh.passphrase': 'Give 12 to 63 printable ASCII characters, the same on all nodes',
  'mesh.channel': 'Give a channel such as 6',
  'mesh.interface': 'Give the name of the mesh adapter, such as "mesh0"',
  'mesh.batman': 'Leave it out unless you know why',
  'mesh.batman.originatorIntervalMs': 'Give 100 to 10000; the usual is 1000',
  ap: 'Give {"ssid": "...", "passphrase": "..."}, or leave the access point out',
  'ap.ssid': 'Give the name of the access point, 1 to 32 bytes',
  'ap.passphrase': 'Give 12 to 63 printable ASCII characters',
  'ap.profile': 'Use "wpa2-built-in" for the Pi\'s own radio, "sae-transition" for a USB adapter',
  'ap.address': 'Give an address such as 192.168.77.1/24',
  'ap.clientsMax': "Give 1 to 200; the Pi's own radio serves about 7",
  uplink: 'Give {"kind":"none"}, {"kind":"ethernet"} or {"kind":"wifi","ssid":"...","passphrase":"..."}',
  'uplink.ssid': 'Give the name of that WiFi, 1 to 32 bytes',
  'uplink.passphrase': 'Give the passphrase of that WiFi, 8 to 63 printable ASCII characters',
  'uplink.ipv4': 'Use "dhcp" or {"address":"192.168.1.20/24","gateway":"192.168.1.1","dns":["192.168.1.1"]}',
  'uplink.ipv4.address': 'Give an address with its prefix, such as 192.168.1.20/24',
  'uplink.ipv4.gateway': 'Give the address of the router, such as 192.168.1.1',
  'uplink.ipv4.dns': 'Give at most three addresses, such as 192.168.1.1',
  lan: 'Give a list of interfaces such as ["eth0"]',
  wireguard: 'Give at most 4, such as [{"name":"wg-up","address":"10.60.0.4/24","peers":[...]}]',
  'wireguard.name': 'Use wg-up or wg-mesh',
  'wireguard.listenPort': 'Give a port from 1 to 65535; the usual is 51820',
  'wireguard.peers': 'Give at most 64 peers as {"publicKey","endpoint","allowedIps","keepaliveSeconds"}',
  'wireguard.address': 'Give the address of this node in the tunnel, such as 10.60.0.4/24',
  'wireguard.peers.publicKey': 'Give the public key that the other end shows',
  'wireguard.peers.allowedIps': 'Give what is behind the other end, such as 10.60.0.1/32',
  'wireguard.peers.keepaliveSeconds': 'Give seconds from 1 to 65535, such as 25, or leave it out',
  'wireguard.peers.endpoint': 'Give an address such as 203.0.113.7:51820, or leave it out',
  gateway: 'Give {"mode":"off"}, {"mode":"client"}, or {"mode":"server","hubs":[{"address":"203.0.113.7","port":8443}]}',
  ssh: 'Use true or false',
};

/** One zod issue as problems. Values are not repeated: one of them may be a passphrase, another one holds what somebody sent. */
export function explain(issue: z.core.$ZodIssue): Problem[] {
  const field = issue.path.map(String).join('.').slice(0, 120);
  if (issue.code === 'unrecognized_keys')
    return [
      {
        field,
        text: `has ${issue.keys.length === 1 ? 'a key that is' : 'keys that are'} not known: ${issue.keys.slice(0, 8).map(shownKey).join(', ')}. Check the spelling, or remove it`,
      },
    ];
  const what = issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  // A check over several fields says itself what to do.
  const complete = issue.code === 'custom' && what.includes('. ');
  return [{ field, text: complete ? what : `${what}. ${fixFor(field)}` }];
}

const shownKey = (key: string): string => (/^[A-Za-z0-9_-]{1,40}$/.test(key) ? key : '(a name that is none)');

function fixFor(field: string): string {
  const steps = field.split('.').filter((step) => !/^\d+$/.test(step));
  while (steps.length > 0) {
    const fix = fixes[steps.join('.')];
    if (fix !== undefined) return fix;
    steps.pop();
  }
  return fixes[''] ?? '';
}

export const problemText = ({ field, text }: Problem): string => `${field === '' ? '(the whole)' : field}: ${text}.`;
