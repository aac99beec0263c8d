import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath } from './testing/chromium.ts';
import { type LargeFleet, nameOf, namespaceOf, startLargeFleet } from './testing/large-fleet.ts';

const count = 1000;
/** And the sources beside them. */
const all = count + 50;

// A machine may lack the browser: .ci/run installs it and sets CI_REQUIRE_CHROMIUM, or says that it cannot.
describe.skipIf(!chromiumPath)(
  'a fleet of 1,000 Kustomizations with 10,000 objects (skipped where there is no Chromium)',
  () => {
    let fleet: LargeFleet;
    let browser: Browser;
    let page: Page;

    beforeAll(async () => {
      fleet = await startLargeFleet(count, 10);
      browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] });
      page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(fleet.web.url);
      await page.locator('.row').first().waitFor();
    }, 120_000);

    afterAll(async () => {
      await browser?.close();
      await fleet?.stop();
    });

    const counted = (label: string) =>
      page.locator('.chips button', { hasText: label }).locator('b').textContent();

    test('is counted whole, and drawn as far as it is in sight', async () => {
      expect(await counted('All')).toBe(String(all));
      expect(await counted('Failing')).toBe(String(count / 100));
      expect(await page.locator('.row').count()).toBeLessThan(60);
      expect(await page.locator('.list li').first().getAttribute('aria-setsize')).toBe(String(all));
    });

    test('is scrolled to its end', async () => {
      await page.locator('.list').hover();
      await page.mouse.wheel(0, 1_000_000);
      await page.locator(`.list li[aria-posinset="${all}"] .row`).waitFor();
      expect(await page.locator('.row').count()).toBeLessThan(60);
      await page.mouse.wheel(0, -1_000_000);
    });

    test('is searched as one types', async () => {
      await page.keyboard.press('/');
      await page.keyboard.type(nameOf(321));
      await expect.poll(() => counted('All')).toBe('1');
      await page.locator('#search').fill('');
      await expect.poll(() => counted('All')).toBe(String(all));
    });

    test('is a picture in which what is well is taken together, until one looks closer', async () => {
      await page.goto(`${new URL(fleet.web.url).origin}/?view=graph`);
      await page.locator('.node.several').nth(40).waitFor();
      expect(await page.locator('.node').count()).toBeLessThan(250);
      const before = await page.locator('.node').count();
      await page.locator('.node.several').first().click();
      await expect.poll(() => page.locator('.node').count()).toBeGreaterThan(before + 10);
      await page.getByLabel('Only what is not ready').check();
      await page.locator('.node.failing').nth(9).waitFor();
      await page.goto(`${new URL(fleet.web.url).origin}/`);
    });

    test('shows what changes, while much does', async () => {
      let changing = true;
      const storm = (async () => {
        for (let n = 100; changing; n = 100 + ((n - 99) % 800)) await fleet.change(n, true, `storm ${n}`);
      })();
      await page.locator('.row').first().waitFor();
      for (const message of ['one', 'two', 'three']) {
        await fleet.change(7, false, `what is said of ${message}`);
        await page.locator('.message', { hasText: `what is said of ${message}` }).waitFor({ timeout: 5000 });
      }
      changing = false;
      await storm;
    });

    test('an object opens while what it has applied changes all the time', async () => {
      const most = 1000;
      const [kind, namespace] = ['Kustomization.kustomize.toolkit.fluxcd.io', namespaceOf(0)];
      const entries = Array.from({ length: most + 50 }, (_, i) => ({ id: `_node-${i}__Node`, v: 'v1' }));
      await fleet.setInventory(0, entries);
      let changing = true;
      const storm = (async () => {
        for (let n = 0; changing; n++) await fleet.change(0, true, `storm ${n}`);
      })();
      await page.goto(
        `${new URL(fleet.web.url).origin}/object/${kind}/${namespace}/${nameOf(0)}?tab=objects`,
      );
      await page.locator('.applied li').first().waitFor({ timeout: 10_000 });
      changing = false;
      await storm;
      expect(await page.locator('.applied li').count()).toBe(most);
      await page.getByText('50 more are too many to be looked at').waitFor();
    });
  },
);
