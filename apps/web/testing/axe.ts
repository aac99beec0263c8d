import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const script = createRequire(import.meta.url).resolve('axe-core');

/** What axe-core finds on a page as it stands: the rule, and where. */
export async function axeFindings(page: Page): Promise<unknown> {
  // The policy of the page lets no script in: what looks at it comes from outside.
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setBypassCSP', { enabled: true });
  await page.waitForTimeout(300); // colours fade
  await page.evaluate(await readFile(script, 'utf8'));
  return page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(node => node.html).join(' ')))`,
  );
}
