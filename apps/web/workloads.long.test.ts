import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KubeClient, type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { millrace, type Running } from '../../e2e/process.ts';
import { axeFindings } from './testing/axe.ts';
import { chromiumPath } from './testing/chromium.ts';
import { watchedPage } from './testing/watched-page.ts';

const own = { as: 'own', fieldManager: 'test', force: true } as const;
const script = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`;

function deployment(name: string, image: string, annotations: Record<string, string> = {}): KubeObject {
  const template = {
    metadata: { labels: { app: name }, annotations },
    spec: { initContainers: [{ name: 'setup', image: 'busybox:1' }], containers: [{ name: 'main', image }] },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default', annotations: { note: script } },
    spec: { replicas: 2, selector: { matchLabels: { app: name } }, template },
  };
}

// A machine may lack the browser: .ci/run installs it and sets CI_REQUIRE_CHROMIUM, or says that it cannot.
describe.skipIf(!chromiumPath)('what runs, in a browser (skipped where there is no Chromium)', () => {
  let folder: string;
  let up: Running;
  let origin: string;
  let client: KubeClient;
  let browser: Browser;
  let page: Page;
  let problems: string[];

  const start = async () => {
    up = millrace(['up', '--data-dir', folder]);
    const url = new URL((await up.saw(/the page: (http:\S+)/))[1]!);
    await up.saw(/Ctrl-C ends it/);
    return url;
  };
  let entrance: URL;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'workloads-'));
    entrance = await start();
    origin = entrance.origin;
    client = kubeClient(loadConnection({ path: join(folder, 'cluster', 'kubeconfig') }));
    await client.apply(deployment('web', 'nginx:1.29'), own);
    await client.apply(
      deployment('broken', 'nginx:1.29', { 'simulate.millrace.dev/failure': 'crash-loop' }),
      own,
    );
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'hidden', namespace: 'default' } };
    await client.apply({ ...secret, ...{ stringData: { password: 'geheim' } } }, own);
    browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await client?.close();
    await up?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    ({ page, problems } = await watchedPage(browser));
    await page.goto(entrance.href);
  });

  afterEach(async () => {
    expect(await page.title()).toContain('Millrace');
    await page.close();
    expect(problems).toEqual([]);
  });

  const to = (address: string) => page.goto(`${origin}/object/${address}`);
  const tab = (label: string) => page.locator('.tabs').getByText(label);
  const node = (name: string | RegExp) => page.locator('.node', { hasText: name });

  test('what a Kustomization has applied leads to its page, down to the Pods and up again', async () => {
    await to('Kustomization/flux-system/backend?tab=objects');
    await page.getByRole('link', { name: 'Deployment shop/api' }).click();
    await page.locator('.summary').getByText('Kustomization flux-system/backend').waitFor();
    await tab('Pods').click();
    await page.locator('.pods a', { hasText: 'api-' }).first().click();
    await page.getByRole('link', { name: 'ReplicaSet shop/api-' }).waitFor();
    expect(page.url()).toContain('/object/Pod./shop/api-');
    await page.goBack();
    await page.locator('h1', { hasText: 'Deployment · shop' }).waitFor();
  });

  test('Pods that crash say how they ended; a change of them is seen at once', async () => {
    await to('Deployment.apps/default/broken?tab=pods');
    await page.locator('.pods li.failing', { hasText: 'CrashLoopBackOff' }).nth(1).waitFor();
    await page.locator('.containers', { hasText: 'Error, exit code 1' }).first().waitFor();
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'broken' };
    await client.patch(ref, 'merge', { spec: { replicas: 3 } }, { as: 'own', fieldManager: 'test' });
    await page.locator('.pods li').nth(2).waitFor({ timeout: 5000 });
  });

  test('what a Secret holds is nowhere on its page', async () => {
    await to('Secret./default/hidden?tab=yaml');
    await page.getByText('password').first().waitFor();
    expect(await page.content()).not.toMatch(/geheim|Z2VoZWlt/);
  });

  test('a log follows, is searched, and goes on where it was when the server comes back', async () => {
    await to('Deployment.apps/default/web?tab=logs');
    const lines = page.locator('.log p');
    await expect.poll(() => lines.allTextContents()).toHaveLength(2);
    await page.getByLabel('Timestamps').check();
    expect(await lines.first().textContent()).toMatch(/^\d{4}-\d\d-\d\dT.*nginx:1.29 started/);
    await page.getByLabel('Find in the log').fill('NGINX');
    await page.locator('.log mark', { hasText: 'nginx' }).first().waitFor();
    await page.getByText('2 lines').waitFor();
    await page.getByLabel('Find in the log').fill('nothing of it');
    await page.getByLabel('Only these').check();
    await expect.poll(() => lines.count()).toBe(0);
    await page.getByLabel('Find in the log').fill('');
    await page.getByLabel('Container').selectOption('');
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' };
    await client.patch(ref, 'merge', { spec: { replicas: 3 } }, { as: 'own', fieldManager: 'test' });
    await expect.poll(() => lines.allTextContents()).toHaveLength(3);
    await up.kill();
    await page.getByText('The log is cut off').waitFor({ timeout: 10_000 });
    await start();
    await page.getByText('The log is cut off').waitFor({ state: 'detached', timeout: 30_000 });
    const all = await lines.allTextContents();
    expect(all.filter(line => line.includes('started'))).toHaveLength(3);
    await page.getByLabel('Before the last restart').check();
    await page.getByText('not shown: previous terminated container').first().waitFor();
    problems = []; // the browser has told of the server that was away
  }, 120_000);

  test('a log stays where one reads, and follows again', async () => {
    await page.setViewportSize({ width: 1000, height: 600 });
    await to('Deployment.apps/default/broken?tab=logs');
    const button = page.locator('.to-end');
    await page.locator('.log p', { hasText: 'exited with status 1' }).first().waitFor();
    expect(await button.textContent()).toBe('Following');
    await button.click();
    expect(await button.textContent()).toBe('Follow');
    await button.press('Enter');
    expect(await button.textContent()).toBe('Following');
  });

  test('whatever a log says is text, and a tab keeps no more than the end of it', async () => {
    const second = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();
    const many = Array.from({ length: 30_000 }, (_, i) => [second(i), `line ${i}`]);
    const last = [
      [second(40_000), `${script} \u001b[31mred\u001b[0m \u001b]0;title\u0007\u202e`],
      [second(40_001), 'the end'],
    ];
    const events = [many, last].map(
      lines => `event: lines\ndata: ${JSON.stringify([{ source: 'web-a/main', lines }])}\n\n`,
    );
    const body = `${events.join('')}event: begun\ndata: {"left":0}\n\n`;
    await page.route('**/api/logs?*', route => route.fulfill({ contentType: 'text/event-stream', body }));
    await to('Deployment.apps/default/web?tab=logs');
    const lines = page.locator('.log p');
    await lines.getByText('the end').waitFor();
    expect(await lines.count()).toBeLessThan(10_300);
    await page.getByText(/^\d+ earlier lines are no longer kept here/).waitFor();
    expect(await lines.nth(-2).textContent()).toBe(`${script} red ⟨U+202E⟩`);
    expect(await page.locator('.log .red').textContent()).toBe('red');
    // It is read again where it ended, and told no second time.
    await page.waitForTimeout(3000);
    expect(await lines.getByText('the end').count()).toBe(1);
    await page.unroute('**/api/logs?*');
    problems = []; // the browser has told of the stream that ended
  });

  test('a page that nobody looks at holds no line, and takes all up again', async () => {
    await to('Deployment.apps/default/broken?tab=logs');
    await page.locator('.log p').first().waitFor();
    const asked: string[] = [];
    page.on('request', request => asked.push(new URL(request.url()).pathname));
    const gone: string[] = [];
    page.on('requestfailed', request => gone.push(new URL(request.url()).pathname));
    const look = (isHidden: boolean) =>
      page.evaluate(`
        Object.defineProperty(document, 'hidden', { configurable: true, value: ${isHidden} });
        document.dispatchEvent(new Event('visibilitychange'));`);
    const lines = ['/api/logs', '/api/stream', '/api/watch'];
    await look(true);
    await expect.poll(() => [...new Set(gone)].sort()).toEqual(lines);
    await look(false);
    await expect.poll(() => asked.filter(path => lines.includes(path)).sort()).toEqual(lines);
  });

  test('the graph leads from the source to the Pods, and opens what is well', async () => {
    await to('Kustomization/flux-system/backend?tab=graph');
    await node('GitRepository').waitFor();
    await node(/\d ready objects/).click();
    await node('PodDisruptionBudget').waitFor();
    await node(/^api-.*Pod · shop/)
      .first()
      .waitFor();
    await node('Deployment · shop').click();
    await page.locator('h1', { hasText: 'Deployment · shop' }).waitFor();
  });

  test('in the graph of the fleet a node opens to what is below it, live', async () => {
    await page.goto(`${origin}/?view=graph`);
    const opener = page.getByRole('button', { name: 'What is below backend' });
    await opener.press('Enter');
    await node(/\d ready objects/).waitFor();
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' };
    const annotations = (failure: string | null) => ({
      spec: { template: { metadata: { annotations: { 'simulate.millrace.dev/failure': failure } } } },
    });
    await client.patch(ref, 'merge', annotations('crash-loop'), { as: 'own', fieldManager: 'test' });
    await page
      .locator('.node.failing', { hasText: /^api-.*Pod/ })
      .first()
      .waitFor({ timeout: 10_000 });
    await client.patch(ref, 'merge', annotations(null), { as: 'own', fieldManager: 'test' });
    await opener.press('Enter');
    await expect.poll(() => node('Pod · shop').count()).toBe(0);
  });

  test('the search finds objects, images and commits, by the keyboard alone', async () => {
    await page.locator('.row').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('nginx:1.29');
    const option = (title: string) => page.getByRole('option', { name: title }).first();
    await option('in Deployment default/web').waitFor();
    await page.locator('#search').fill('start the fleet');
    await option('Start the fleet').waitFor();
    await page.locator('#search').fill('poddisruption api');
    await option('PodDisruptionBudget shop/api').waitFor();
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => page.locator('#search').getAttribute('aria-activedescendant')).toMatch(/^found-/);
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: 'PodDisruptionBudget · shop' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.row').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('api');
    await option('Deployment shop/api').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('[role="option"]').count()).toBe(0);
    expect(await page.locator('#search').inputValue()).toBe('api');
  });

  test('an answer that comes late stands in nobody else’s place', async () => {
    await page.locator('.row').first().waitFor();
    await page.route('**/api/search?q=nginx', async route => {
      // A server that takes its time is what is tried here.
      await new Promise(resolve => setTimeout(resolve, 1500));
      await route.continue().catch(() => {});
    });
    await page.locator('#search').fill('nginx');
    await page.waitForTimeout(400); // the question is under way
    await page.locator('#search').fill('poddisruption');
    await page.getByRole('option', { name: 'PodDisruptionBudget shop/api' }).waitFor();
    await page.waitForTimeout(1500);
    expect(await page.getByRole('option', { name: 'nginx' }).count()).toBe(0);
  });

  test('script in an annotation is text', async () => {
    await to('Deployment.apps/default/web?tab=yaml');
    await page.getByText('<script>').first().waitFor();
  });

  test.each(['light', 'dark'] as const)('axe finds nothing, %s', async colorScheme => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const address of [
      'Deployment.apps/default/broken',
      'Deployment.apps/default/broken?tab=pods',
      'Deployment.apps/default/broken?tab=logs',
      'Deployment.apps/default/web?tab=pods',
      'Kustomization/flux-system/backend?tab=graph',
      'Namespace./_/default',
    ]) {
      await to(address);
      await page.locator('.tabs').waitFor();
      await page.waitForTimeout(500); // logs and graphs come after
      expect([address, await axeFindings(page)]).toEqual([address, []]);
    }
    await page.goto(`${origin}/`);
    await page.locator('#search').fill('api');
    await page.getByRole('option', { name: 'Deployment shop/api' }).first().waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });
});
