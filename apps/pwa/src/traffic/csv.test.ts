import { describe, expect, it } from 'vitest';
import { csvName, csvOf } from './csv.ts';

const start = Date.UTC(2026, 8, 17);
const hour = 3_600_000;

describe('the CSV of a chart', () => {
  it('has zeros where nothing was carried, empty figures where the node was off, and nothing of what is to come', () => {
    const slots = [
      { start, end: start + hour, ran: 1, packets: { devices: 3, betweenNodes: 2, reports: 1 }, bytes: { devices: 300, betweenNodes: 20, reports: 640 } },
      {
        start: start + hour,
        end: start + 2 * hour,
        ran: 0.333,
        packets: { devices: 0, betweenNodes: 0, reports: 0 },
        bytes: { devices: 0, betweenNodes: 0, reports: 0 },
      },
      { start: start + 2 * hour, end: start + 3 * hour, ran: 0 },
      { start: start + 3 * hour, end: start + 4 * hour, ran: 0 },
    ];
    expect(csvOf(slots, start + 2.5 * hour).split('\r\n')).toEqual([
      'start,end,ran,packets_devices,packets_between_nodes,packets_reports,bytes_devices,bytes_between_nodes,bytes_reports',
      '2026-09-17T00:00:00.000Z,2026-09-17T01:00:00.000Z,1,3,2,1,300,20,640',
      '2026-09-17T01:00:00.000Z,2026-09-17T02:00:00.000Z,0.33,0,0,0,0,0,0',
      '2026-09-17T02:00:00.000Z,2026-09-17T03:00:00.000Z,0,,,,,,',
      '',
    ]);
  });

  it('is named after the node and its days, whatever the name', () => {
    expect(csvName('Mühle 7 / Nord', start, start + hour)).toBe('traffic-Mu-hle-7-Nord-2026-09-17.csv');
    expect(csvName('水', start, start + 50 * hour)).toBe('traffic-node-2026-09-17-to-2026-09-19.csv');
  });
});
