import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { millrace, type Running } from '../../e2e/process.ts';
import { axeFindings } from './testing/axe.ts';
import { chromiumPath } from './testing/chromium.ts';
import { layoutFaults } from './testing/layout.ts';
import { watchedPage } from './testing/watched-page.ts';

let folder: string;
let up: Running;
let url: string;
let client: KubeClient;
let browser: Browser;
let page: Page;
let problems: string[];

const start = async () => {
  up = millrace(['up', '--data-dir', folder, '--audit-log', join(folder, 'audit.jsonl')]);
  url = (await up.saw(/the page: (http:\S+)/))[1]!;
  await up.saw(/Ctrl-C ends it/);
};

// A machine may lack the browser: .ci/run installs it and sets CI_REQUIRE_CHROMIUM, or says that it cannot.
describe.skipIf(!chromiumPath)('the page, in a browser (skipped where there is no Chromium)', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'page-'));
    await start();
    client = kubeClient(loadConnection({ path: join(folder, 'cluster', 'kubeconfig') }));
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
    await page.goto(url);
    await row('backend').waitFor();
  });

  afterEach(async () => {
    await page.close();
    expect(problems).toEqual([]);
  });

  const row = (name: string) => page.locator('.row', { has: page.locator(`strong:text-is("${name}")`) });
  const tab = (label: string) => page.locator('.tabs').getByText(label);
  const names = () => page.locator('.row strong').allTextContents();

  test('shows the fleet, and has no token in its address', async () => {
    expect(await names()).toEqual(
      expect.arrayContaining(['backend', 'definitions', 'frontend', 'monitoring', 'platform']),
    );
    expect(page.url()).not.toContain('token');
  });

  const backend = {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    namespace: 'flux-system',
    name: 'backend',
  };

  test('what is suspended elsewhere is seen at once', async () => {
    const ref = { ...backend, name: 'monitoring' };
    const suspend = (is: boolean) =>
      client.patch(ref, 'merge', { spec: { suspend: is } }, { as: 'own', fieldManager: 'test' });
    await suspend(true);
    await page.locator('.row.suspended', { hasText: 'monitoring' }).waitFor({ timeout: 5000 });
    await suspend(false);
    await page.locator('.row.ready', { hasText: 'monitoring' }).waitFor({ timeout: 10_000 });
  });

  test('a search and a filter leave what fits, and are in the address', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('kustomization front');
    await expect.poll(names).toEqual(['frontend']);
    await page.selectOption('.choices label:has-text("Kind") select', 'GitRepository');
    await page.getByText('Nothing fits these filters').waitFor();
    expect(new URL(page.url()).search).toBe('?q=kustomization+front&kind=GitRepository');
    await page.goto(`${new URL(url).origin}/?q=front&by=namespace`);
    await expect.poll(names).toEqual(['frontend']);
    expect(await page.locator('.heading').textContent()).toContain('flux-system');
  });

  test('keys go down, open, and back', async () => {
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const at = await page.locator('.row.at strong').textContent();
    await page.keyboard.press('Enter');
    expect(await page.locator('h1').textContent()).toContain(at!);
    await page.keyboard.press('Escape');
    await row('backend').waitFor();
  });

  test('a graph shows what hangs on what; its nodes open', async () => {
    await page.keyboard.press('g');
    await page.locator('.node', { hasText: 'backend' }).waitFor();
    expect(await page.locator('.picture path.dependency').count()).toBeGreaterThan(2);
    await page.getByLabel('Only what is not ready').check();
    await page.getByText('Everything is ready').waitFor();
    await page.getByLabel('Only what is not ready').uncheck();
    await page.getByRole('button', { name: 'What is below backend' }).click();
    await page.locator('.node.several').first().click();
    await page.locator('.node', { hasText: 'Deployment' }).first().waitFor();
    await page.reload();
    await page.locator('.node', { hasText: 'Deployment' }).first().waitFor();
    await page.getByRole('button', { name: 'Fit' }).click();
    expect(await page.evaluate(`document.querySelector('.canvas').style.zoom < 1`)).toBe(true);
    await page.locator('.node', { hasText: 'backend' }).first().click();
    await page.locator('h1', { hasText: 'backend' }).waitFor();
  });

  test('an object shows what it has applied, and what it waits for', async () => {
    await row('backend').click();
    await tab('Objects').click();
    await page.locator('.applied li', { hasText: 'Deployment shop/api' }).waitFor();
    await tab('History').click();
    await page.locator('.timeline').getByText('Start the fleet').waitFor();
    await tab('Overview').click();
    await page.locator('.summary').getByText('Kustomization flux-system/platform').click();
    await page.locator('h1', { hasText: 'platform' }).waitFor();
    await page.goBack();
    await page.locator('h1', { hasText: 'backend' }).waitFor();
    await tab('YAML').click();
    expect(await page.locator('.owned').textContent()).toContain('kind: Kustomization');
  });

  test('suspend asks before, and resume is offered after', async () => {
    await row('frontend').click();
    await page.getByRole('button', { name: 'Suspend' }).click();
    await page.getByRole('dialog').getByText('drift is not put back').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Reconcile', exact: true }).waitFor();
  });

  test('script in a message is text', async () => {
    const evil = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`;
    const object = {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'evil', namespace: 'default', annotations: { note: evil } },
      ...{
        spec: { interval: '1h', prune: true, path: evil, sourceRef: { kind: 'GitRepository', name: evil } },
      },
    };
    await client.apply(object, { as: 'own', fieldManager: 'test' });
    await row('evil').waitFor();
    await page.goto(`${new URL(url).origin}/object/Kustomization/default/evil?tab=yaml`);
    await page.locator('.owned', { hasText: 'evil' }).waitFor();
    expect(await page.locator('.owned').textContent()).toContain('<script>');
    for (const view of ['?tab=overview', '?tab=events', '?tab=graph']) {
      await page.goto(`${new URL(url).origin}/object/Kustomization/default/evil${view}`);
      await page.locator('h1', { hasText: 'evil' }).waitFor();
      await page.waitForTimeout(300);
    }
    await page.goto(`${new URL(url).origin}/object/Kustomization/default/evil`);
    await page.locator('.fact', { hasText: '<script>' }).waitFor();
    expect(await page.title()).toContain('Millrace');
    await client.delete({ ...object, ...object.metadata }, { as: 'own' });
  });

  test('what had drifted is marked, and what put it back is in the audit log', async () => {
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' };
    await client.patch(ref, 'merge', { spec: { replicas: 7 } }, { as: 'own', fieldManager: 'kubectl-scale' });
    await page.locator('.row', { hasText: 'backend' }).getByText('drifted').waitFor();
    await page.getByRole('button', { name: /Drifted/ }).click();
    await expect.poll(names).toEqual(['backend']);
    await page.getByRole('link', { name: 'Audit log' }).click();
    const entry = page.locator('summary', { hasText: 'Deployment shop/api' }).first();
    await entry.getByText('spec.replicas').waitFor();
    await entry.click();
    await page.locator('.fields').getByText('7').first().waitFor();
    expect(await page.getByRole('img', { name: /Last hour: \d+ events/ }).count()).toBe(0);
    await page.getByRole('link', { name: 'Fleet', exact: true }).click();
    await page.getByRole('img', { name: /Last hour: \d+ events/ }).waitFor();
  });

  test('events are told as they happen, and searched', async () => {
    await page.getByRole('link', { name: 'Events', exact: true }).click();
    await page
      .locator('.journal summary', { hasText: 'Kustomization flux-system/backend' })
      .first()
      .waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('newartifact');
    const event = page.locator('.journal summary', { hasText: 'GitRepository flux-system/flux-system' });
    await event.first().click();
    await page.locator('.journal details[open] a', { hasText: 'GitRepository' }).click();
    await page.locator('h1', { hasText: 'flux-system' }).waitFor();
    await page.goto(`${new URL(url).origin}/events`);
    await page.getByLabel('Only warnings').check();
    const warning = {
      ...{ apiVersion: 'v1', kind: 'Event', metadata: { name: 'told', namespace: 'flux-system' } },
      involvedObject: { ...backend },
      ...{ type: 'Warning', reason: 'Told', message: 'told <b>by hand</b>' },
      lastTimestamp: new Date().toISOString(),
    };
    await client.create(warning, { as: 'own', fieldManager: 'test' });
    const told = page.locator('.journal summary', { hasText: '<b>by hand</b>' });
    await told.waitFor({ timeout: 2000 });
    await told.getByRole('img', { name: 'Warning' }).waitFor();
    await page.getByLabel('Only warnings').uncheck();
    await page.getByRole('img', { name: 'Information' }).first().waitFor();
    expect(await page.locator('.journal summary .state.ready').count()).toBe(0);
  });

  test('a search finds a Pod by its name, and shows it', async () => {
    const { items } = await client.list('v1', 'Pod', { namespace: 'shop', as: 'own' });
    const { name } = items[0]!.metadata;
    await page.keyboard.press('/');
    await page.keyboard.type(name);
    await page.getByRole('option', { name: `Pod shop/${name}` }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: name }).waitFor();
  });

  test('what the filters leave is asked for together', async () => {
    await page.goto(`${new URL(url).origin}/?kind=Kustomization&q=end`);
    await page.getByRole('button', { name: 'Act on 2 …' }).click();
    await page.getByRole('dialog').getByText('Kustomization frontend').waitFor();
    await page.getByRole('button', { name: 'Suspend 2' }).click();
    await page.getByText('2 of 2 asked for').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.locator('.row.suspended').nth(1).waitFor();
    await page.getByRole('button', { name: 'Act on 2 …' }).click();
    await page.getByRole('button', { name: 'Resume 2' }).click();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.locator('.row.ready').nth(1).waitFor();
  });

  test('favourites are kept by the browser', async () => {
    await row('platform').click();
    await page.getByRole('button', { name: 'Favourite' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Favourites' }).click();
    await expect.poll(names).toEqual(['platform']);
    await page.reload();
    await expect.poll(names).toEqual(['platform']);
    await page.keyboard.press('j');
    await page.keyboard.press('s');
    await page.getByText('Nothing fits these filters').waitFor();
  });

  test('a rehearsed failure is seen, notified, and recovered from', async () => {
    const own = { as: 'own', fieldManager: 'test' } as const;
    const notification = 'notification.toolkit.fluxcd.io/v1beta3';
    const metadata = { name: 'chat', namespace: 'flux-system' };
    const address = 'https://hooks.slack.com/services/T/B/secret';
    const spec = { type: 'slack', channel: 'deploys', address };
    await client.apply({ apiVersion: notification, kind: 'Provider', metadata, spec }, own);
    const eventSources = [{ kind: 'Kustomization', name: '*' }];
    const asks = { providerRef: { name: 'chat' }, eventSources };
    await client.apply({ apiVersion: notification, kind: 'Alert', metadata, spec: asks }, own);
    await row('chat').first().waitFor();
    const service = { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'storefront' };
    await client.delete(service, { as: 'own' });
    await page.getByRole('link', { name: 'Rehearsal' }).click();
    await page.getByLabel('What fails').selectOption({ label: 'Deployment shop/storefront' });
    await page.getByLabel('How').selectOption('never-ready');
    await page.getByRole('button', { name: 'Let it fail' }).click();
    await page.locator('.row.progressing', { hasText: 'frontend' }).waitFor();
    await page.getByRole('button', { name: 'Let it recover' }).click();
    await page.locator('.row.ready', { hasText: 'frontend' }).waitFor();
    await page.getByRole('link', { name: 'Notifications' }).click();
    await page.locator('summary', { hasText: 'Kustomization flux-system/frontend' }).first().click();
    await page.locator('figure', { hasText: 'hooks.slack.com' }).first().waitFor();
    expect(await page.content()).not.toContain('secret');
  });

  test('a registry vanishes, and comes back', async () => {
    await page.getByRole('link', { name: 'Rehearsal' }).click();
    await page.getByRole('button', { name: 'Let it vanish' }).nth(1).click();
    await page.getByText('cannot be reached').waitFor();
    await row('api').nth(1).click();
    await page.getByRole('button', { name: 'Reconcile', exact: true }).click();
    await page.locator('h1 .state.failing').waitFor();
    await page.getByRole('link', { name: 'Rehearsal' }).click();
    await page.getByRole('button', { name: 'Let it come back' }).click();
    await row('api').nth(1).click();
    await page.getByRole('button', { name: 'Reconcile', exact: true }).click();
    await page.locator('h1 .state.ready').waitFor();
  });

  test('the keys are told', async () => {
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('graph or list').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test.each(['light', 'dark'] as const)('axe finds nothing, %s', async colorScheme => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const toGraph = () => page.keyboard.press('g');
    const toObject = () => page.locator('.node', { hasText: 'backend' }).click();
    const to = (name: string) => () => page.getByRole('link', { name, exact: true }).click();
    const others = ['Events', 'Notifications', 'Audit log', 'Rehearsal'].map(to);
    for (const open of [async () => {}, toGraph, toObject, ...others]) {
      await open();
      expect(await axeFindings(page)).toEqual([]);
    }
  });

  test.each([
    ['a phone', 390, 844],
    ['the narrowest', 320, 640],
    ['a window enlarged to 200 %', 640, 400],
    ['a wall', 1920, 1080],
  ])('the list fits %s', async (_what, width, height) => {
    await page.setViewportSize({ width, height });
    await page.goto(`${new URL(url).origin}/?by=kind`);
    await row('backend').waitFor();
    expect(await layoutFaults(page)).toEqual([]);
    expect(await axeFindings(page)).toEqual([]);
  });

  test('who has lost the network is told at once, and goes on when it is back', async () => {
    await page.context().setOffline(true);
    await page.getByText('The connection is lost').waitFor({ timeout: 10_000 });
    await page.context().setOffline(false);
    await page.locator('.connection.live').waitFor({ timeout: 10_000 });
    // What could not be asked for meanwhile, browsers write down.
    problems.splice(0);
  });

  test('a lost connection is said, and taken up again', async () => {
    await up.kill();
    await page.getByText('The connection is lost').waitFor({ timeout: 10_000 });
    await start();
    await page.getByText('The connection is lost').waitFor({ state: 'detached', timeout: 30_000 });
    problems = []; // the browser has told of the server that was away
  }, 120_000);
});
