import { until } from '@energymesh/e2e/community/until';
import { labMesh } from '../guest/radio-node.ts';
import { openPorts } from '../guest/scanning.ts';
import { hubAddress, uplink } from '../guest/village.ts';
import { allDelivered } from './deliveries.ts';
import { joinAir } from './join.ts';
import type { Scenario } from './scenario.ts';

/** Of the gateway on bat0, and what all addresses that it gives begin with. */
const [own, begin] = ['10.44.0.1', '10.44.0.'];
const leaseMsMax = 240_000;

export const gateway: Scenario = {
  name: 'gateway',
  what: 'node d as installed is a gateway, node e as installed and with a blank disk its client, four hops away: address and way to the hub come by themselves',
  short: false,
  secondsMax: 900,
  async run(lab, around) {
    const village = await around.village(joinAir);
    await village.connected();
    const { hub } = village.community;
    const ethernet = { kind: 'ethernet', interface: 'eth0', ipv4: { address: `${uplink.node}/24`, gateway: uplink.hub } } as const;
    const server = { mode: 'server', address: `${own}/24`, hubs: [{ address: hubAddress, port: hub.ports.https }] } as const;
    lab.step('node d: gateway');
    const d = await village.install('d', village.radio('d').state(labMesh, { uplink: ethernet, gateway: server, lan: ['eth0'] }));
    try {
      await village.start('d');
      await village.connected();

      lab.step('node e: blank, client of a gateway');
      await village.wipe('e');
      const started = performance.now();
      const since = (): number => Math.round(performance.now() - started);
      const e = await village.install('e', village.radio('e').state(labMesh, { gateway: { mode: 'client' } }));
      try {
        const address = async (): Promise<string> => /inet ([\d.]+)\//.exec(await e.radio.inside('ip', '-4', 'address', 'show', 'dev', 'bat0'))?.[1] ?? '';
        await until('an address of the gateway', leaseMsMax, async () => (await address()).startsWith(begin), 1000);
        lab.figure({ figure: 'lab.gateway.leaseMs', value: since(), unit: 'ms' });
        const way = await e.radio.inside('ip', 'route', 'get', hubAddress);
        lab.must('the way to the hub leads through the gateway', way.includes(`via ${own} dev bat0`), way.trim());
        const other = await e.radio.inside('ip', 'route', 'show', 'default');
        lab.must('there is no way to anywhere else', other.trim() === '', other.trim());
        await village.start('e');
        lab.figure({ figure: 'lab.gateway.enrolledMs', value: since(), unit: 'ms' });
        await village.connected();
        lab.figure({ figure: 'lab.gateway.connectedMs', value: since(), unit: 'ms' });
        const meter = await village.publisher('meter-2');
        await meter.stream(5, 4);
        await allDelivered(lab, village, meter, 'gateway');
        await meter.close();

        lab.step('a scan from node e');
        const ports = ['1-10000', '12000-33000'];
        const atHub = await openPorts(e.radio, hubAddress, ports);
        lab.must('of the hub it reaches enrolment alone', atHub.join() === String(hub.ports.https), `open: ${atHub.join(', ')}`);
        const atGateway = await openPorts(e.radio, own, ports);
        lab.must('of the gateway, by address, nothing', atGateway.length === 0, `open: ${atGateway.join(', ')}`);
        // Whoever wants to may send it there all the same.
        await e.radio.inside('ip', 'route', 'replace', uplink.hub, 'via', own);
        const atHouse = await openPorts(e.radio, uplink.hub, ports);
        lab.must("of the house's network nothing", atHouse.length === 0, `open: ${atHouse.join(', ')}`);
      } finally {
        await village.uninstall('e', e);
      }
    } finally {
      await village.uninstall('d', d);
    }
    await village.connected();
  },
};
