import { type NetworkState, type NetworkStateInput, parseNetworkState } from './desired.ts';
import { problemText } from './problems.ts';

export const meshPassphrase = 'lantern-orchard-7421';
export const accessPointPassphrase = 'kettle-harbour-3390';

/** A gateway with everything. */
export const everything: NetworkStateInput = {
  version: 1,
  country: 'DE',
  names: [
    { name: 'mesh0', mac: '00:c0:ca:12:34:56' },
    { name: 'ap0', mac: 'dc:a6:32:12:34:56' },
  ],
  mesh: { id: 'mill-lane', passphrase: meshPassphrase },
  ap: { ssid: 'EnergyMesh Mill Lane', passphrase: accessPointPassphrase },
  uplink: { kind: 'ethernet' },
  wireguard: [
    {
      name: 'wg-up',
      address: '10.60.0.4/24',
      peers: [{ publicKey: 'TcjBEPeOeov04i87R4DTlUc+jdnYXvYuWO8cnOfK5TE=', endpoint: 'hub.example:51820', allowedIps: ['10.60.0.1/32'], keepaliveSeconds: 25 }],
    },
    {
      name: 'wg-mesh',
      listenPort: 51820,
      address: 'fd00:60::4/64',
      peers: [{ publicKey: '051WwUles06l7HgvhNmYMGw/WvFzIDOcRJ3NKnoJSgU=', allowedIps: ['fd00:60::5/128'] }],
    },
  ],
  gateway: { mode: 'server', hubs: [{ address: '203.0.113.7', port: 8443 }] },
};

export function state(input: unknown = everything): NetworkState {
  const parsed = parseNetworkState(input);
  if (!parsed.ok) throw new Error(parsed.problems.map(problemText).join('\n'));
  return parsed.state;
}

/** The problems as text; empty when the state is good. */
export function problemsOf(input: unknown): string[] {
  const parsed = parseNetworkState(input);
  return parsed.ok ? [] : parsed.problems.map(problemText);
}
