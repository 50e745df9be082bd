import type { Figure } from './figure.ts';

/** Prints figures to stdout as JSON lines or as a table; progress belongs on stderr. */
export function render(figures: readonly Figure[], json: boolean): string {
  if (json) return figures.map((f) => `${JSON.stringify(f)}\n`).join('');
  const rows = figures.map((f) => [
    f.figure,
    show(f.value),
    f.unit,
    f.goal ?? '',
    f.met === undefined ? '' : f.met ? 'met' : 'MISSED',
    f.ratio === undefined ? '' : `${show(f.ratio)}x ${f.peer ?? ''}`,
  ]);
  const head = ['figure', 'value', 'unit', 'goal', '', 'ratio'];
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((r) => r[i]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((c, i) => (i === 1 ? c.padStart(widths[i]!) : c.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return `${[head, ...rows].map(line).join('\n')}\n`;
}

const show = (value: number | string): string => (typeof value === 'string' ? value : Number.isInteger(value) ? String(value) : value.toPrecision(4));
