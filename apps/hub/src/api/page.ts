import { html } from 'hono/html';
import { rewardsSection } from '../rewards/page-section.ts';
import type { RewardsView } from '../rewards/view.ts';
import type { Stats } from './stats.ts';

type Node = Stats['nodes'][number];
type Markup = ReturnType<typeof html>;

const number = (value: number): string => value.toLocaleString('en-US');
const plural = (count: number, one: string, many = `${one}s`): string => `${number(count)} ${count === 1 ? one : many}`;

const units = [
  [86_400, 'day', 'days'],
  [3600, 'h', 'h'],
  [60, 'min', 'min'],
  [1, 's', 's'],
] as const;

/** A length of time in its largest whole unit, in words. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [size, one, many] = units.find(([length]) => seconds >= length) ?? units[3];
  const count = Math.floor(seconds / size);
  return `${count} ${count === 1 ? one : many}`;
}

const ago = (instant: number | null, now: number): string => (instant === null ? 'never' : `${span(now - instant)} ago`);

/** A node reports every five minutes; when two reports in a row are missing it counts as quiet. */
const quietAfterMs = 11 * 60_000;
const lastHeard = (node: Node): number | null => (node.lastMessageAt || node.lastReportAt ? Math.max(node.lastMessageAt ?? 0, node.lastReportAt ?? 0) : null);

/** How a node is, as the hub can tell. */
export function stateOf(node: Node, now: number): 'well' | 'quiet' | 'new' | 'revoked' {
  if (node.revoked) return 'revoked';
  const heard = lastHeard(node);
  if (heard === null && now - node.enrolledAt <= quietAfterMs) return 'new';
  return heard !== null && now - heard <= quietAfterMs ? 'well' : 'quiet';
}

/** The one sentence at the top: true if read aloud. */
export function sentence(stats: Stats): string {
  const { at, nodes } = stats;
  const members = nodes.filter((node) => !node.revoked);
  const quiet = members.filter((node) => stateOf(node, at) === 'quiet');
  const up = `Running for ${span(at - stats.startedAt)}.`;
  if (!stats.broker.connected) return `${up} The broker does not answer: nothing arrives.`;
  if (members.length === 0) return `${up} No node has joined yet.`;
  const last = Math.max(0, ...members.map((node) => lastHeard(node) ?? 0));
  const heard = last === 0 ? 'Nothing heard yet.' : `Last heard ${ago(last, at)}.`;
  const joined = `${plural(members.length, 'node')}, ${plural(stats.devicesEnrolled, 'device')}.`;
  if (quiet.length === 0) return `${up} ${joined} ${heard}`;
  return `${up} ${joined} ${quiet.length === 1 ? `${quiet[0]!.name} has gone quiet.` : `${quiet.length} nodes have gone quiet.`}`;
}

/** Marks of the dashboard: a gateway is a square with a hole, a relay a disc, who is quiet an outline. */
function mark(node: Node, now: number): Markup {
  const [shape, state] = [node.gateway ? 'gateway' : 'relay', stateOf(node, now)];
  const soft = state === 'well' ? '' : ' soft';
  return shape === 'gateway'
    ? html`<svg class="mark${soft}" viewBox="0 0 16 16" aria-hidden="true"><path fill-rule="evenodd" d="M2 2h12v12H2zM6 6v4h4V6z"/></svg>`
    : html`<svg class="mark${soft}" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="5.5"/></svg>`;
}

const words = { well: '', quiet: ', quiet', new: ', not heard yet', revoked: ', revoked' } as const;

/** The status page: a sentence, then figures with their age. No script. */
export function page(stats: Stats, rewards?: RewardsView): Markup {
  const { at, broker } = stats;
  const time = new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'long' });
  const names = new Map(stats.nodes.map((node) => [node.node, node.name]));
  const refused = Object.entries({ ...stats.refused, ...broker.refused }).filter(([, count]) => count > 0);
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
<h1 class="plate">${stats.community.name}</h1><span class="where">hub</span>
<span class="age">as of <time datetime="${new Date(at).toISOString()}">${time}</time> · <a href="/">Refresh</a></span>
</header>
<main>
<p class="say">${sentence(stats)}</p>
<section aria-labelledby="arrived">
<h2 id="arrived">What arrived</h2>
<dl class="facts">
${fact('Different messages', number(stats.unique), 'from devices, each entry once')}
${fact('Came twice', number(stats.duplicates), 'sent again on the way, kept once')}
${fact('Reports', number(stats.reports), 'of nodes, every 5 min')}
${fact('Given up on the way', number(stats.expired), 'past their lifetime, reported by nodes')}
</dl>
<p class="note">Counted since this hub was made. ${
    broker.kind === 'embedded'
      ? `${plural(broker.sessions.length, 'connection')}; ${plural(broker.waiting ?? 0, 'message')} for who is away.`
      : 'The broker is another program.'
  } ${stats.waiting > 0 ? `${plural(stats.waiting, 'message')} on the way to the disk.` : ''}</p>
</section>
<section aria-labelledby="nodes">
<h2 id="nodes">Nodes</h2>
${
  stats.nodes.length === 0
    ? html`<p>No node has joined yet. Make an invite and give it to the first one: docs/hub.md, "HTTP API".</p>`
    : rows(
        ['Node', 'Message', 'Report'],
        stats.nodes.map((node) => ({
          soft: stateOf(node, at) !== 'well',
          name: html`${mark(node, at)}<span>${node.name}<small>${node.gateway ? 'gateway' : 'relay'}${words[stateOf(node, at)]}</small><small class="id">${node.node}</small></span>`,
          cells: [ago(node.lastMessageAt, at), ago(node.lastReportAt, at)],
        })),
      )
}
</section>
<section aria-labelledby="devices">
<h2 id="devices">Devices <span>${number(stats.devicesEnrolled)} enrolled</span></h2>
${
  stats.devices.length === 0
    ? html`<p>Nothing has arrived from a device yet.</p>`
    : rows(
        ['Device', 'Messages', 'Last'],
        stats.devices.map((entry) => {
          const through = entry.lastNode ? (names.get(entry.lastNode) ?? entry.lastNode) : 'a way not known';
          const name = entry.device === '?' ? 'Devices not enrolled' : entry.device;
          const twice = entry.duplicates > 0 ? html`<small>${number(entry.duplicates)} came twice</small>` : '';
          return {
            soft: false,
            name: html`<span>${name}<small>through ${through}</small></span>`,
            cells: [html`${number(entry.unique)}${twice}`, ago(entry.lastAt, at)],
          };
        }),
      )
}
</section>
${rewards ? rewardsSection(rewards) : ''}
${
  refused.length === 0
    ? ''
    : html`<section aria-labelledby="refused"><h2 id="refused">Refused <span>since the start, ${span(at - stats.startedAt)}</span></h2>${rows(
        ['Reason', 'Times'],
        refused.map(([reason, count]) => ({ soft: false, name: html`<span>${reason}</span>`, cells: [number(count)] })),
      )}</section>`
}
<footer>Community ${stats.community.id}, document ${stats.community.document}.</footer>
</main>
</body>
</html>`;
}

const fact = (label: string, value: string, explained: string): Markup => html`<div><dt>${label}</dt><dd>${value}</dd><dd class="note">${explained}</dd></div>`;

function rows(heads: readonly string[], list: readonly { soft: boolean; name: Markup; cells: readonly (string | Markup)[] }[]): Markup {
  return html`<table>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${list.map(({ soft, name, cells }) => html`<tr${soft ? html` class="soft"` : ''}><th scope="row"><span class="name">${name}</span></th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
</table>`;
}
