import { reportFigure } from '../harness/report-figure.ts';
import { expect, test } from './community.ts';
import { dataOf, expectAccessible, pathOn } from './screen.ts';

test('a relay is killed with -9: the path on the screen lacks it, and the log tells of it', async ({ page, street }) => {
  await page.goto('/mesh');
  await expect.poll(() => dataOf(page, 'mesh-counts', 'online')).toBe('5');
  await expect.poll(() => pathOn(page)).toHaveLength(3);
  const [, relay = ''] = await pathOn(page);
  const dead = street.key(relay) ?? '';
  const other = dead === 'B' ? 'C' : 'B';

  const killedAt = performance.now();
  await street.agent(dead).child.kill();
  await expect.poll(() => pathOn(page), { timeout: 30_000, intervals: [25] }).toEqual(['D', other, 'A'].map((key) => street.id(key)));
  reportFigure({ figure: 'e2e.screen.pathWithoutDeadRelayMs', value: Math.round(performance.now() - killedAt), unit: 'ms' });
  await expect(page.getByTestId('graph')).toHaveAttribute('data-route', ['D', other, 'A'].map((key) => street.id(key)).join(' '));
  await expect.poll(() => dataOf(page, 'mesh-counts', 'online'), { timeout: 30_000 }).toBe('4');
  // Its panel tells of the past as of the past.
  await page.goto(`/mesh?node=${street.id(dead)}`);
  const gone = page.getByTestId('gone');
  await expect(gone).toContainText(/Quiet since \d\d:\d\d, (just now|\d+ (s|min) ago)\./);
  await expect(gone).toContainText('When last heard it was 1 hop from you');
  await expect(page.getByTestId('panel')).not.toContainText(/You hear|hears you|Reaches the gateway/);
  await expectAccessible(page, 'mesh-node-gone');

  await page.getByRole('navigation').getByRole('link', { name: 'Home' }).click();
  await expect.poll(() => pathOn(page)).toEqual(['D', other, 'A'].map((key) => street.id(key)));
  const quiet = page
    .getByTestId('log')
    .getByRole('listitem')
    .filter({ hasText: `${street.name(dead)} went quiet.` })
    .first();
  await expect(quiet).toBeVisible();
  await expect(quiet, 'with how long it took').toHaveAttribute('data-mark', 'healed');
  await expect(page.getByTestId('log')).toContainText(`School roof by way of ${street.name(other)}.`);
  await expect(page.getByTestId('status-sentence')).toContainText('2 neighbours.');

  await street.restart(dead);
  await expect(page.getByTestId('status-sentence')).toContainText('3 neighbours.', { timeout: 30_000 });
  await expect(page.getByTestId('log')).toContainText(`${street.name(dead)} can be heard.`);
});
