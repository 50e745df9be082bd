/**
 * In the virtual Pi: the neighbour, a member of a community that stands already, in a network namespace of its own with the fourth radio.
 * `neighbour.ts radio` joins the mesh, is batman-adv's gateway there, and starts `neighbour.ts community` inside: agent and hub, as built.
 * Its firewall is not in force and its hub is on the same machine; the radio lab's `gateway` has both apart.
 */
import { cpSync, renameSync, writeFileSync } from 'node:fs';
import { Community } from '@energymesh/e2e/community/community';
import { built } from '@energymesh/e2e/community/program';
import { standardOptions } from '@energymesh/network';
import { NetworkFiles } from '../../src/guest/network-files.ts';
import { RadioNode } from '../../src/guest/radio-node.ts';
import { Daemon, run } from '../../src/guest/run.ts';
import { hubFlags } from '../../src/guest/village.ts';
import { hubAddress, mesh, neighbourRadio } from '../neighbourhood.ts';

const share = '/host';
const dir = '/var/lib/neighbour';
const readyMsMax = 300_000;

if (process.argv[2] === 'community') await community();
else await radio();

async function radio(): Promise<void> {
  const node = new RadioNode(neighbourRadio, share);
  await node.create();
  // NetworkManager, which had it before, gives a radio that it looks around with another address.
  await node.inside('ip', 'link', 'set', node.wlan, 'down');
  await node.inside('ip', 'link', 'set', node.wlan, 'address', node.mac);
  const settings = { id: mesh.id, password: mesh.passphrase };
  const uplink = { kind: 'ethernet', interface: 'eth0', ipv4: { address: '10.98.0.2/24', gateway: '10.98.0.1' } } as const;
  const gateway = { mode: 'server', address: '10.44.0.1/24', hubs: [{ address: hubAddress, port: 8443 }] } as const;
  const files = new NetworkFiles(node.namespace, node.state(settings, { uplink, gateway }));
  await node.joinMesh(settings);
  await run('ip', '-n', node.namespace, 'address', 'add', gateway.address, 'dev', 'bat0');
  await run('ip', '-n', node.namespace, 'address', 'add', `${hubAddress}/32`, 'dev', 'lo');
  await node.inside('batctl', 'meshif', 'bat0', 'gw_mode', 'server', '10000kbit/2000kbit');
  const conf = `--conf-file=${files.path('dnsmasq-bat0.conf')}`;
  new Daemon(`${share}/neighbour-dnsmasq.log`, ...node.through, 'dnsmasq', '--keep-in-foreground', '--user=root', conf);
  new Daemon(`${share}/neighbour.log`, ...node.through, process.execPath, import.meta.filename, 'community');
}

async function community(): Promise<void> {
  cpSync(`${share}/hub`, `${dir}/hub`, { recursive: true });
  const place = { through: [], linksPort: standardOptions.ports.links, httpHost: '*', devicesHost: '*' };
  const segments = [{ type: 'interface', name: `wlan${neighbourRadio}` }];
  const all = await Community.prepare({
    layout: { nodes: [{ key: 'neighbour', name: 'Harbour 2', gateway: true }], edges: [], devices: [] },
    dir,
    program: built('/repository'),
    readyMsMax,
    progress: (line) => console.log(line),
    places: { hub: { through: [], address: hubAddress, flags: hubFlags }, node: () => ({ ...place, segments }) },
  });
  await all.start();
  const agent = all.agent('neighbour');
  const node = (await agent.health())?.node;
  const said = { node, invite: await all.hub.invite(false), stats: `${all.hub.statusUrl}/stats`, health: `${agent.url}/healthz` };
  // Whole or not at all: it is waited for.
  writeFileSync(`${share}/neighbour.json.new`, JSON.stringify(said), { mode: 0o600 });
  renameSync(`${share}/neighbour.json.new`, `${share}/neighbour.json`);
}
