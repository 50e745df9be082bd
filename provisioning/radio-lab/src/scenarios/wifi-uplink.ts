import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@energymesh/e2e/community/until';
import { Operator } from '@energymesh/e2e/harness/operator';
import { type Edge, lineOf } from '../guest/air.ts';
import { House } from '../guest/house.ts';
import { labMesh } from '../guest/radio-node.ts';
import { run } from '../guest/run.ts';
import { hubAddress } from '../guest/village.ts';
import { allDelivered, longestSilenceMs } from './deliveries.ts';
import type { Scenario } from './scenario.ts';

/** The second adapter of node d, and the radio of the house. */
const [adapter, houseRadio] = [13, 14];
const air: readonly Edge[] = [...lineOf(0, 1, 2, 3), [adapter, houseRadio]];
const [ssid, passphrase] = ['Mill house', 'copper-kettle-4471'];
const [perSecond, seconds] = [10, 150];

export const wifiUplink: Scenario = {
  name: 'wifi-uplink',
  what: "node d as installed has the house's WiFi as its uplink; a wrong passphrase for it does not work, so it goes back at once",
  short: false,
  secondsMax: 900,
  async run(lab, around) {
    const village = await around.village(air);
    await village.connected();
    const d = village.radio('d');
    await using _house = await House.open({ radio: houseRadio, ssid, passphrase, hubAddress, dir: lab.dir });
    await run('iw', 'phy', `phy${adapter}`, 'set', 'netns', 'name', d.namespace);
    const state = (key: string) => d.state(labMesh, { uplink: { kind: 'wifi', interface: `wlan${adapter}`, ssid, passphrase: key } });
    // Nothing but the WiFi leads to the hub.
    await village.agent('d').stop();
    await run('ip', '-n', d.namespace, 'link', 'set', 'eth0', 'down');
    const started = performance.now();
    const node = await village.install('d', state(passphrase));
    try {
      await village.start('d');
      await village.connected();
      lab.figure({ figure: 'lab.wifiUplink.connectedMs', value: Math.round(performance.now() - started), unit: 'ms' });
      const way = await d.inside('ip', 'route', 'get', hubAddress);
      lab.must("the way to the hub leads through the house's WiFi", way.includes(`dev wlan${adapter}`), way.trim());
      const meter = await village.publisher('meter-1');
      await meter.stream(perSecond, 5);
      await allDelivered(lab, village, meter, 'wifiUplink');

      lab.step('a wrong passphrase');
      const operator = await Operator.of(village.agent('d'));
      const streaming = meter.stream(perSecond, seconds);
      await delay(5000);
      const from = performance.now();
      const wrong = state('copper-kettle-4472') as unknown as Record<string, unknown>;
      const { id } = await operator.page.client.network.propose.mutate({ state: wrong, confirmWithinSeconds: 30 });
      await until('what becomes of it', 180_000, () => node.status()?.recent.some((one) => one.id === id && one.result !== 'waiting') ?? false, 500);
      const outcome = node.status()?.recent.find((one) => one.id === id);
      lab.must('it failed, and is told so', outcome?.result === 'failed' && outcome.reason.includes('the uplink did not come up'), JSON.stringify(outcome));
      await streaming;
      await allDelivered(lab, village, meter, 'wifiUplink.wrongPassphrase');
      lab.figure({ figure: 'lab.wifiUplink.wrongPassphraseOutageMs', value: longestSilenceMs(village, meter.device, from), unit: 'ms' });
      await operator.close();
    } finally {
      await village.uninstall('d', node);
    }
    await village.connected();
  },
};
