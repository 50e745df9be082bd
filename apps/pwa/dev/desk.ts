import type { ApiPorts } from '@energymesh/agent/api/ports';
import { Tokens } from '@energymesh/agent/api/tokens';

const hour = 3_600_000;
const day = 24 * hour;
type Level = ReturnType<ApiPorts['about']['current']>['logLevel'];

/** Simulated: what a node says of itself, its paired phones and the programs that read it. Nobody calls it through the app. */
export function deskOf(status: ApiPorts['status']['current'], port: () => number, clock: ApiPorts['clock'], alone: boolean) {
  const begun = clock.wall();
  const settings = new Map<string, string>();
  const tokens = new Tokens({ store: { get: (key) => settings.get(key), set: (key, value) => void settings.set(key, value) }, clock });
  if (!alone) for (const name of ['Grafana in the cellar', 'Home Assistant']) tokens.create(name);
  let logLevel: Level = 'info';
  let hubs = ['https://hub.millbrook.example:8443'];
  const about: ApiPorts['about'] = {
    current: () => {
      const { node, startedAt, backend, carrying } = status();
      const { id, name, fingerprint, version, community, gateway } = node;
      return {
        at: clock.wall(),
        node: { id, name, fingerprint, version, incarnation: 7, builtAt: begun - 40 * day, startedAt, runtime: process.version },
        community: { id: 'c0ffee00c0ffee00', name: community, hubs, gateway, certificate: 'fresh' },
        backend: { ...backend, acknowledgedAt: clock.wall() - 4000, waiting: carrying.waiting },
        ports: { http: port(), devices: 8883, links: 41_337 },
        logLevel,
        updates: { packaged: true, installedAt: begun - 33 * day, security: true, securityAt: begun - 9 * hour },
      };
    },
    setHub: async (address) => {
      hubs = [`https://${address}`, ...hubs].slice(0, 4);
    },
    setLogLevel: (level) => {
      logLevel = level;
    },
  };
  const app = 'https://app.millbrook.example';
  const paired = (id: string, name: string, ago: number, seen: number, lastWay: 'hub' | 'direct') => ({
    ...{ id, name, pairedAt: begun - ago, lastSeenAt: begun - seen, lastWay },
  });
  let all = alone
    ? []
    : [paired('00000000000000e1', 'Ana’s phone', day, 240_000, 'hub'), paired('00000000000000e2', 'Kitchen tablet', 10 * day, 2 * day, 'direct')];
  const phones = {
    list: () => ({ at: clock.wall(), phones: all, max: 16, app }),
    offer: () => ({ link: `${app}/pair#${'simulated'.repeat(30)}`, endsAt: clock.wall() + 600_000 }),
    withdraw: () => {},
    revoke: (id: string) => {
      const before = all.length;
      all = all.filter((one) => one.id !== id);
      return all.length < before;
    },
    app: () => app,
    answer: async () => undefined,
  };
  return { about, phones, tokens };
}
