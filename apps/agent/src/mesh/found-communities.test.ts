import { expect, test } from 'vitest';
import { foundCommunities } from './found-communities.ts';
import { NearbyList } from './nearby.ts';

const service = (id: number, txt: object) => ({
  txt: { id: id.toString(16).padStart(16, '0'), name: `Mill Lane ${id}`, state: 'relay', ...txt },
  host: 'energymesh.local',
  port: 8080,
  addresses: ['192.168.4.1'],
});

test('communities are found by what their nodes announce; whoever announces none, or something else than an https address, is none', () => {
  const list = new NearbyList(() => {});
  list.seen(service(1, { community: 'Hillside', hub: 'https://192.168.4.9:8443' }), 0);
  list.seen(service(2, { community: 'Millbrook', hub: 'https://hub.example:8443' }), 0);
  list.seen(service(3, { community: 'Millbrook', hub: 'https://hub.example:8443' }), 0);
  list.seen(service(4, {}), 0);
  list.seen(service(5, { community: 'Evil', hub: 'javascript:alert(1)' }), 0);
  list.seen(service(6, { community: 'x'.repeat(65), hub: 'https://hub.example' }), 0);
  expect(foundCommunities(list.all())).toEqual([
    { name: 'Millbrook', hub: 'https://hub.example:8443', nodes: ['Mill Lane 2', 'Mill Lane 3'] },
    { name: 'Hillside', hub: 'https://192.168.4.9:8443', nodes: ['Mill Lane 1'] },
  ]);
  expect(list.all()).toHaveLength(6);
});

test('a network full of communities is cut short', () => {
  const list = new NearbyList(() => {});
  for (let id = 1; id <= 40; id++) list.seen(service(id, { community: `C${id % 20}`, hub: `https://hub-${id % 20}.example` }), 0);
  expect(foundCommunities(list.all())).toHaveLength(8);
});
