import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RadioSnapshot } from '@energymesh/network';

const capture = (name: string): string => readFileSync(join(import.meta.dirname, '../../../../packages/network/fixtures', `${name}.txt`), 'utf8');
const out = (text: string, exit = 0) => ({ exit, text });

/** Captured outputs of one node of a line of five, as the reader would write them; some of what was not captured is written by hand. */
export function snapshot(uptimeSeconds: number, more: RadioSnapshot['outputs'] = {}): RadioSnapshot {
  return {
    version: 1,
    uptimeSeconds,
    outputs: {
      addresses: out(
        JSON.stringify([
          { ifname: 'lo', mtu: 65536, flags: ['UP', 'LOWER_UP'] },
          { ifname: 'wlan0', mtu: 1532, flags: ['UP', 'LOWER_UP'], master: 'bat0', address: '02:00:00:00:00:00' },
          { ifname: 'wlan5', mtu: 1500, flags: ['UP', 'LOWER_UP'], address: '02:00:00:00:05:00' },
          { ifname: 'bat0', mtu: 1500, flags: ['UP', 'LOWER_UP'], linkinfo: { info_kind: 'batadv' }, address: '8e:37:24:be:56:83' },
          { ifname: 'eth0', mtu: 1500, flags: ['UP', 'LOWER_UP'], address: 'd8:3a:dd:00:00:01' },
          { ifname: 'wg-mesh', mtu: 1420, flags: ['UP', 'LOWER_UP'], linkinfo: { info_kind: 'wireguard' } },
        ]),
      ),
      neighbours: out('[]'),
      hardware: out(
        'wlan0 driver=mt76x2u phy=phy0 modalias=usb:v0E8Dp7612 speed=\neth0 driver=bcmgenet phy= modalias= speed=1000\nwlan5 driver=brcmfmac phy=phy1 modalias= speed=\n',
      ),
      'iw-dev': out(
        'phy#0\n\tInterface wlan0\n\t\ttype mesh point\n\t\tchannel 6 (2437 MHz), width: 20 MHz, center1: 2437 MHz\nphy#1\n\tInterface wlan5\n\t\tssid Mill Lane\n\t\ttype AP\n',
      ),
      'iw-phy': out(
        'Wiphy phy0\n\twiphy index: 0\n\tSupported interface modes:\n\t\t * AP\n\t\t * mesh point\nWiphy phy1\n\twiphy index: 1\n\tSupported interface modes:\n\t\t * AP\n',
      ),
      'iw-reg': out('global\ncountry DE: DFS-ETSI\n'),
      'stations@wlan0': out(capture('station_dump')),
      'stations@wlan5': out(capture('ap_station')),
      'control@wlan5': out(capture('ap_allsta')),
      wireguard: out(`wg-mesh\t-\t${'A'.repeat(43)}=\t51820\toff\nwg-mesh\t${'B'.repeat(43)}=\t-\t192.0.2.7:51820\t10.61.0.2/32\t1795352400\t5000\t6000\t25\n`),
      'batman-mesh@bat0': out(capture('bat_mesh_json')),
      'batman-hard-interfaces@bat0': out(capture('bat_hardifs_json')),
      'batman-neighbours@bat0': out(capture('bat_neighbors_json')),
      'batman-originators@bat0': out(capture('bat_originators_json')),
      'batman-gateways@bat0': out(capture('bat_gateways_json')),
      'batman-translations@bat0': out(capture('bat_transtable_global_json')),
      'batman-statistics@bat0': out(capture('bat_statistics').replace('forward: 0', 'forward: 41').replace('forward_bytes: 0', 'forward_bytes: 5021')),
      ...more,
    },
  };
}

/** As the reader does it. */
export function write(path: string, content: RadioSnapshot | string): void {
  writeFileSync(`${path}.new`, typeof content === 'string' ? content : JSON.stringify(content));
  renameSync(`${path}.new`, path);
}
