/** Claims the node at `url` and prints, once a second, what its dashboard would show of others: one JSON object a line. `node read-agent.ts <url> <claim code>` */
import { Page } from '@energymesh/agent/api/page.fixture';
import { until } from '../community/until.ts';
import type { Shown } from './agents.ts';

const [url = '', code = ''] = process.argv.slice(2);
const page = new Page(url);
await until(`${url} to answer`, 30_000, () =>
  fetch(`${url}/healthz`).then(
    () => true,
    () => false,
  ),
);
await page.claim(code, 'seven lanterns over the mill race');
setInterval(async () => {
  const [{ nodes }, { neighbours }] = await Promise.all([page.client.mesh.nearby.query(), page.client.mesh.neighbours.query()]);
  const shown: Shown = {
    nearby: nodes.map(({ id, name, port }) => ({ id, name, port })),
    neighbours: neighbours.map(({ id, segment }) => ({ id, segment })),
  };
  console.log(JSON.stringify(shown));
}, 1000);
