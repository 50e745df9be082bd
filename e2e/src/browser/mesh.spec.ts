import type { Page } from '@playwright/test';
import { expect, type Street, test } from './community.ts';
import { dataOf, expectAccessible, pathOn } from './screen.ts';

const keys = ['A', 'B', 'C', 'D', 'E'] as const;
const links = [
  ['A', 'B'],
  ['A', 'C'],
  ['B', 'D'],
  ['C', 'D'],
  ['D', 'E'],
] as const;

const linkedWith = (key: string) => links.flatMap(([a, b]) => (a === key ? [b] : b === key ? [a] : []));

/** All five nodes and links are known to D. */
async function openGraph(page: Page): Promise<void> {
  await page.goto('/mesh');
  await expect.poll(() => Promise.all(['nodes', 'online', 'links'].map((what) => dataOf(page, 'mesh-counts', what)))).toEqual(['5', '5', '5']);
}

test('the graph shows the nodes, links and ways that are there', async ({ page, street }) => {
  await openGraph(page);
  const graph = page.getByTestId('graph');
  await expect(graph).toHaveAttribute('data-nodes', '5');
  await expect(graph).toHaveAttribute('data-links', '5');
  await expect(graph).toHaveAccessibleName(/^Map of 5 nodes and 5 links\./);
  await expect(page.getByTestId('mesh-counts')).toContainText('1 gateway');
  await expectWayFromD(page, street);
  await expect(graph).toHaveAttribute('data-route', (await pathOn(page)).join(' '));

  // Each node has an address, and its links are those that were laid.
  for (const key of keys) {
    await page.goto(`/mesh?node=${street.id(key)}`);
    await expect(graph).toHaveAttribute('data-selected', street.id(key));
    const panel = page.getByTestId('panel');
    await expect(panel.getByText(street.name(key), { exact: true }).first()).toBeVisible();
    const names = await panel.getByTestId('links').getByRole('button').allTextContents();
    expect(names.toSorted()).toEqual(
      linkedWith(key)
        .map((other) => (other === 'D' ? 'You' : street.name(other)))
        .toSorted(),
    );
  }
  // Each link has an address.
  await page.goto(`/mesh?link=${street.id('B')}-${street.id('D')}`);
  await expect(page.getByTestId('panel')).toContainText('You hear Bakery');
  await expect(page.getByTestId('panel')).toContainText('Bakery hears you');
  await page.goto(`/mesh?link=${street.id('B')}-${street.id('C')}`);
  await expect(page.getByTestId('panel')).toContainText('This link is not there any more.');
});

test('the map stands still while figures change, and what is pressed lies over no name', async ({ page }) => {
  await openGraph(page);
  const graph = page.getByTestId('graph');
  await expect(graph).toHaveAttribute('data-names', '5');
  const places = () => page.evaluate('JSON.stringify(Object.entries(localStorage).filter(([key]) => key.includes("places")))');
  const before = await places();
  expect(before).toContain('kind');
  const figures = () => page.getByTestId('mesh-counts').locator('time').getAttribute('datetime');
  for (let i = 0; i < 2; i++) {
    const shown = await figures();
    await expect.poll(figures, { timeout: 25_000 }).not.toBe(shown);
  }
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(graph).toHaveAttribute('data-names', '5');
  expect(await places()).toBe(before);
});

test('the panel tells of a neighbour what D knows at first hand', async ({ page, street }) => {
  await page.goto(`/mesh?node=${street.id('E')}`);
  const figures = page.getByTestId('neighbour-figures');
  await expect(figures).toHaveAttribute('data-node', street.id('E'));
  await expect(figures.getByText('Round trip').locator('..')).toContainText(/\d ms$/);
  await expect(figures.getByText('Received').locator('..')).toContainText(/\d (B|kB|MB)$/);
  await expect(figures.getByTestId('queues').getByRole('row')).toHaveCount(5);
  await expect(figures.getByTestId('queues').getByRole('row').nth(1)).toContainText(/^\D+\d+\d+ B$/);
  // The way of another node: E goes through you.
  expect((await pathOn(page)).map((id) => street.key(id))).toEqual(['E', 'D', expect.stringMatching(/^[BC]$/), 'A']);
});

test('the list says the same as the graph, and shares its addresses', async ({ page, street }) => {
  await openGraph(page);
  await page.getByRole('button', { name: 'List' }).click();
  await expect(page).toHaveURL(/view=list/);
  const rows = page.getByTestId('mesh-row');
  await expect(rows).toHaveCount(5);
  const listed = await rows.evaluateAll((elements) => elements.map((element) => ['node', 'group', 'hops'].map((name) => element.getAttribute(`data-${name}`))));
  expect(listed.map(([node, group, hops]) => [street.key(node ?? ''), group, hops]).toSorted()).toEqual([
    ['A', 'gateways', null],
    ['B', 'hops', '1'],
    ['C', 'hops', '1'],
    ['D', 'hops', '2'],
    ['E', 'hops', '3'],
  ]);
  await rows.filter({ hasText: 'Weir Cottage' }).click();
  await expect(page).toHaveURL(new RegExp(`node=${street.id('E')}`));
  await expect(page.getByTestId('neighbour-figures')).toHaveAttribute('data-node', street.id('E'));
  await page.getByRole('button', { name: 'Graph' }).click();
  await expect(page.getByTestId('graph')).toHaveAttribute('data-selected', street.id('E'));
});

test('the graph goes by keyboard and by name', async ({ page, street }) => {
  await openGraph(page);
  const graph = page.getByTestId('graph');
  // Wherever they stand: arrow keys lead to another node, Escape back to none.
  await graph.focus();
  const met = new Set<string>();
  for (const key of ['ArrowLeft', 'ArrowUp', 'ArrowRight', 'ArrowDown', 'ArrowRight', 'ArrowUp', 'ArrowLeft', 'ArrowDown']) {
    await graph.press(key);
    const selected = await graph.getAttribute('data-selected');
    if (selected) met.add(selected);
  }
  expect(met.size).toBeGreaterThan(1);
  await graph.press('Escape');
  await expect(graph).not.toHaveAttribute('data-selected');

  await page.getByRole('combobox', { name: 'Find a node' }).fill('weir');
  await expect(page.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(graph).toHaveAttribute('data-selected', street.id('E'));
  await expect(page).toHaveURL(new RegExp(`node=${street.id('E')}`));
});

test('the map by place: where the nodes stand, with a scale; it has an address, and nobody moves a node on it', async ({ page, street }) => {
  await openGraph(page);
  const graph = page.getByTestId('graph');
  await expect(graph).toHaveAttribute('data-layout', 'force');
  await page.getByRole('button', { name: 'By place' }).click();
  await expect(page).toHaveURL(/by=place/);
  await expect(graph).toHaveAttribute('data-layout', 'place');
  await expect(page.getByRole('button', { name: 'Arrange again' })).toHaveCount(0);
  await expect(graph).toHaveAttribute('data-names', '5');
  await expectAccessible(page, 'mesh-place');
  // Selection and layout share the address; the way to the gateway is drawn here too.
  await page.goto(`/mesh?by=place&node=${street.id('E')}`);
  await expect(graph).toHaveAttribute('data-selected', street.id('E'));
  await expect(graph).toHaveAttribute('data-route', new RegExp(`^${street.id('E')} ${street.id('D')} .* ${street.id('A')}$`));
  const kept = () => page.evaluate('JSON.stringify(Object.entries(localStorage).filter(([key]) => key.includes("places")))');
  const before = await kept();
  const box = await graph.boundingBox();
  const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + 40];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 40, y + 30);
  await page.mouse.up();
  expect(await kept()).toBe(before);
  // On a phone the panel of a selection lies over the buttons.
  await page.goto('/mesh?by=place');
  await page.getByRole('button', { name: 'By place' }).click();
  await expect(page).toHaveURL(/\/mesh$/);
  await expect(graph).toHaveAttribute('data-layout', 'force');
});

test('a dragged node stays where it was left, and is found there again', async ({ page, street }) => {
  await openGraph(page);
  const places = async () =>
    JSON.parse(String(await page.evaluate('Object.entries(localStorage).find(([key]) => key.includes("places"))?.[1] ?? "{}"'))) as {
      moved?: string[];
      places?: Record<string, [number, number]>;
    };
  await expect.poll(async () => Object.keys((await places()).places ?? {}).length).toBe(5);
  // The stage is a share of itself: its names say how places become pixels (draw/view.ts).
  const box = await page.getByTestId('graph').boundingBox();
  const wide = (box?.width ?? 0) > 600;
  const [left, top, right, bottom] = wide ? [64, 34, 76, 76] : [44, 30, 44, 76];
  const [px, py] = (await places()).places?.[street.id('E')] ?? [0, 0];
  const at = [(box?.x ?? 0) + left + px * ((box?.width ?? 0) - left - right), (box?.y ?? 0) + top + py * ((box?.height ?? 0) - top - bottom)] as const;
  await page.mouse.move(...at);
  await page.mouse.down();
  await page.mouse.move(at[0] - 20, at[1] + 10);
  await page.mouse.move(at[0] - 40, at[1] + 14);
  await page.mouse.up();
  await expect.poll(async () => (await places()).moved).toEqual([street.id('E')]);
  const moved = (await places()).places?.[street.id('E')];
  expect(moved?.[0]).toBeLessThan(px);
  await page.reload();
  await expect(page.getByTestId('graph')).toHaveAttribute('data-names', '5');
  expect((await places()).places?.[street.id('E')]).toEqual(moved);
});

async function expectWayFromD(page: Page, street: Street): Promise<void> {
  const relay = (await street.agent('D').health())?.nextHop ?? '';
  expect(['B', 'C']).toContain(street.key(relay));
  expect(await pathOn(page)).toEqual([street.id('D'), relay, street.id('A')]);
}
