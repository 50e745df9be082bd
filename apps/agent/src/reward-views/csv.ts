import type { RewardHour } from '../api/rewards-schema.ts';

const columns = [
  'start',
  'end',
  'epoch',
  'stage',
  'packets',
  'earning',
  'uptime_percent',
  'latency_ms',
  'gross_stroops',
  'amount_stroops',
  'amount_xlm',
  'exact',
  'payout',
  'transactions',
  'why',
];

/** RFC 4180; instants in UTC. Nothing in it begins like a formula. */
export function csvOf(hours: readonly RewardHour[]): string {
  const lines = hours.map((hour) => [
    new Date(hour.start).toISOString(),
    new Date(hour.end).toISOString(),
    hour.epoch,
    hour.stage,
    hour.packets.proved,
    hour.packets.earning ?? '',
    hour.uptimeBp === undefined ? '' : (hour.uptimeBp / 100).toFixed(2),
    hour.latencyUs === undefined ? '' : (hour.latencyUs / 1000).toFixed(3),
    hour.gross ?? '',
    hour.amount ?? '',
    hour.amount === undefined ? '' : xlm(hour.amount),
    hour.exact ? 'yes' : 'no',
    hour.payout ?? '',
    hour.transactions.map(({ of, hash }) => `${of} ${hash}`).join('; '),
    hour.why.join('; '),
  ]);
  return [columns, ...lines].map((line) => `${line.map(cell).join(',')}\r\n`).join('');
}

function cell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const xlm = (stroops: string): string => {
  const digits = stroops.padStart(8, '0');
  return `${digits.slice(0, -7)}.${digits.slice(-7)}`;
};
