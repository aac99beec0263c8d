import { kubeClient, loadConnection } from '@millrace/kube';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startWeb } from './server/web.ts';
import { axeFindings } from './testing/axe.ts';
import { chromiumPath } from './testing/chromium.ts';
import { type FleetOfTwo, startFleetOfTwo } from './testing/fleet-of-two.ts';

// A machine may lack the browser: .ci/run installs it and sets CI_REQUIRE_CHROMIUM, or says that it cannot.
describe.skipIf(!chromiumPath)(
  'the page of somebody who may see one namespace (skipped where there is no Chromium)',
  () => {
    let fleet: FleetOfTwo;
    let browser: Browser;

    beforeAll(async () => {
      fleet = await startFleetOfTwo();
      browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] });
    }, 120_000);

    afterAll(async () => {
      await browser?.close();
      await fleet?.stop();
    });

    const open = async (namespace?: string): Promise<Page> => {
      const overrides = { as: 'rose', asGroup: ['team-red'] };
      const client = kubeClient(loadConnection({ text: fleet.cluster.kubeconfig, overrides }));
      const web = await startWeb({ client, namespace });
      const page = await browser.newPage();
      onTestFinished(async () => {
        await page.close();
        await web.stop();
        await client.close();
      });
      await page.goto(web.url);
      return page;
    };

    test('says that there may be more, and why it is not shown to whoever asks', async () => {
      const page = await open();
      await page.getByText('There is nothing here that you may see').waitFor();
      const reason = page.getByText(/Kustomization \(.*rose.* cannot list/);
      expect(await reason.isVisible()).toBe(false);
      await page.getByText('Not shown: GitRepository, Kustomization').click();
      await reason.waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Graph' }).click();
      await page.getByText('There is nothing here that you may see').waitFor();
    });

    test('shows the namespace that is asked for', async () => {
      const page = await open('red');
      await page.locator('.row', { hasText: 'app' }).waitFor();
      expect(await page.locator('.row').count()).toBe(1);
      expect(await page.getByText('Not shown').count()).toBe(0);
    });
  },
);
