import { bodyOf, type Env, HttpError } from '@energymesh/enrolment';
import { deviceIdPattern } from '@energymesh/identity';
import { Hono } from 'hono';
import * as z from 'zod';
import type { Database } from '../store/database.ts';
import { allDevices, nodeBy } from '../store/members.ts';
import { allHomes } from '../store/rewards/homes.ts';
import { allRewardNodes } from '../store/rewards/nodes.ts';
import type { Rewards } from './rewards.ts';
import { appealsView, caughtView, homeView, hoursView, proposalsView, rewardsView, ruleView, transactionsView } from './view.ts';

const nodeId = z.string().regex(/^[0-9a-f]{16}$/, 'expected a node id of 16 hex digits');
const epoch = z.coerce.number().int().min(0).max(0xffff_ffff);
const limited = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) });
const hoursQuery = limited.extend({ node: nodeId.optional(), before: epoch.optional(), closed: z.enum(['paid', 'lost', 'refused']).optional() });
const deviceId = z.string().regex(deviceIdPattern, 'expected 1 to 32 of a-z, 0-9 and -');
const homeRequest = z.strictObject({ node: nodeId });
const answerRequest = z.strictObject({ node: nodeId, epoch: z.int().min(0).max(0xffff_ffff), text: z.string().trim().min(1).max(500) });

/** Under /admin/rewards, behind the admin token. docs/hub.md "Rewards" */
export function rewardsRoutes(db: Database, rewards: Rewards): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get('/', async (c) => c.json(await rewardsView(db, rewards)));
  routes.get('/hours', async (c) => {
    const { limit, node, before, closed } = hoursQuery.parse(c.req.query());
    const page = { limit, ...(node !== undefined && { node }), ...(before !== undefined && { before }), ...(closed !== undefined && { closed }) };
    return c.json({ rows: await hoursView(db, page) });
  });
  routes.get('/caught', async (c) => c.json({ rows: await caughtView(db, limited.parse(c.req.query()).limit) }));
  routes.get('/transactions', async (c) => c.json({ rows: await transactionsView(db, limited.parse(c.req.query()).limit) }));
  routes.get('/proposals', async (c) =>
    c.json({ rows: await proposalsView(db, limited.parse(c.req.query()).limit), params: await ruleView(db, rewards.epoch) }),
  );
  routes.get('/nodes', async (c) => c.json({ rows: (await allRewardNodes(db)).map(({ version: _, toldVersion: __, ...node }) => node) }));
  routes.get('/appeals', async (c) => c.json({ rows: await appealsView(db, limited.parse(c.req.query()).limit) }));
  routes.post('/appeals', async (c) => {
    const { node, epoch: of, text } = await bodyOf(c, answerRequest);
    if (!(await rewards.answerAppeal(node, of, text))) throw new HttpError(404, 'not-found', `node ${node} has appealed for no epoch ${of}`);
    return c.json({ node, epoch: of });
  });
  routes.get('/devices', async (c) => c.json({ rows: (await allHomes(db, limited.parse(c.req.query()).limit)).map(homeView) }));
  routes.put('/devices/:id', async (c) => {
    const id = deviceId.parse(c.req.param('id'));
    const { node } = await bodyOf(c, homeRequest);
    if (!(await allDevices(db)).some((device) => device.id === id)) throw new HttpError(404, 'not-found', `there is no device ${id}`);
    if (!(await nodeBy(db, node))) throw new HttpError(404, 'not-found', `there is no node ${node}`);
    await rewards.nameHome(id, node);
    return c.json({ device: id, node });
  });
  return routes;
}
