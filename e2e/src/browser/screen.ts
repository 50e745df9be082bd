import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './community.ts';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** WCAG 2.2 AA, as far as a program can tell, in light and in dark. With SCREENSHOTS=<folder> also a picture of each. */
export async function expectAccessible(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze();
    const found = violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`));
    expect.soft(found, `${name} in ${colorScheme}`).toEqual([]);
    const folder = process.env.SCREENSHOTS;
    const file = `${test.info().project.name}-${name}-${colorScheme}.png`;
    if (folder) await page.screenshot({ path: join(folder, file), fullPage: true, animations: 'disabled' });
  }
  await page.emulateMedia({ colorScheme: null });
}

/** The node ids of the first path on the page, in order. */
export const pathOn = (page: Page): Promise<string[]> =>
  page
    .getByTestId('path')
    .first()
    .getByTestId('path-node')
    .evaluateAll((nodes) => nodes.map((node) => String(node.getAttribute('data-node'))));

export const dataOf = async (page: Page, testId: string, name: string): Promise<string | null> => page.getByTestId(testId).first().getAttribute(`data-${name}`);
export const numberOf = async (page: Page, testId: string): Promise<number> => Number(await dataOf(page, testId, 'value'));
