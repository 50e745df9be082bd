import { html } from 'hono/html';
import type { Stats } from './stats.ts';

/** How long ago, in words; empty instants are "never". */
function age(instant: number | null, now: number): string {
  if (instant === null) return 'never';
  const seconds = Math.max(0, Math.round((now - instant) / 1000));
  const steps = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ] as const;
  const [size, unit] = steps.find(([length]) => seconds >= length * (length === 1 ? 0 : 2)) ?? steps[3];
  const count = Math.floor(seconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}

const number = (value: number) => value.toLocaleString('en-US');

/** The status page: figures with their age, no script. */
export function page(stats: Stats) {
  const { at } = stats;
  const figures = [
    ['Messages received', stats.received],
    ['Different messages', stats.unique],
    ['Duplicates', stats.duplicates],
    ['Reports', stats.reports],
    ['Given up on the way', stats.expired],
  ] as const;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${stats.community.name} · EnergyMesh hub</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header>
<h1>${stats.community.name}</h1>
<p>Hub of community <code>${stats.community.id}</code>, running since ${age(stats.startedAt, at)}. Figures of <time datetime="${new Date(at).toISOString()}">${new Date(at).toUTCString()}</time>. <a href="/">Refresh</a></p>
</header>
<main>
<section aria-labelledby="figures">
<h2 id="figures">Figures</h2>
<dl>${figures.map(([label, value]) => html`<div><dt>${label}</dt><dd>${number(value)}</dd></div>`)}</dl>
<p>Broker: ${stats.broker.kind}, ${stats.broker.connected ? 'connected' : 'not connected'}${stats.broker.kind === 'embedded' ? html`, ${stats.broker.sessions.length} sessions` : ''}. ${stats.waiting > 0 ? html`${number(stats.waiting)} messages wait for the database.` : ''}</p>
</section>
<section aria-labelledby="nodes">
<h2 id="nodes">Nodes</h2>
${
  stats.nodes.length === 0
    ? html`<p>No node has enrolled yet. Make an invite, and give it to the first node.</p>`
    : table(
        ['Name', 'Id', 'Role', 'Last message', 'Last report'],
        stats.nodes.map((node) => [
          node.name,
          html`<code>${node.node}</code>`,
          node.revoked ? 'revoked' : node.gateway ? 'gateway' : 'relay',
          age(node.lastMessageAt, at),
          age(node.lastReportAt, at),
        ]),
      )
}
</section>
<section aria-labelledby="devices">
<h2 id="devices">Devices</h2>
<p>${number(stats.devicesEnrolled)} enrolled.</p>
${
  stats.devices.length === 0
    ? html`<p>Nothing has arrived from a device yet.</p>`
    : table(
        ['Device', 'Different', 'Duplicates', 'Last message', 'Through'],
        stats.devices.map((entry) => [
          entry.device === '?' ? 'not enrolled' : entry.device,
          number(entry.unique),
          number(entry.duplicates),
          age(entry.lastAt, at),
          entry.lastNode ? html`<code>${entry.lastNode}</code>` : 'unknown',
        ]),
      )
}
</section>
</main>
</body>
</html>`;
}

type Cell = string | ReturnType<typeof html>;

function table(heads: readonly string[], rows: readonly (readonly Cell[])[]) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${heads[0]!}s"><table>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map(([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
</table></div>`;
}

export const style = `:root { color-scheme: light dark; --ink: #16211c; --dim: #4a5a52; --ground: #f6f8f5; --line: #c9d3cc; --link: #0b5f3c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8efe9; --dim: #a9b8af; --ground: #101713; --line: #34423a; --link: #7fd6a8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0.5rem 0 0; }
h2 { font-size: 1.15rem; margin: 2rem 0 0.5rem; }
header p { color: var(--dim); margin: 0.25rem 0; }
a { color: var(--link); }
a:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 0.75rem; margin: 0; }
dl div { border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.75rem; }
dt { color: var(--dim); font-size: 0.9rem; }
dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.4rem 0.75rem 0.4rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; font-weight: 400; }
thead th { color: var(--dim); font-size: 0.9rem; }
code { font-size: 0.9em; }
`;
