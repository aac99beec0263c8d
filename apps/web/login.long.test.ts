import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../../e2e/free-port.ts';
import { millrace, type Running } from '../../e2e/process.ts';
import { axeFindings } from './testing/axe.ts';
import { chromiumPath } from './testing/chromium.ts';
import { type FleetOfTwo, kustomizationIn, startFleetOfTwo } from './testing/fleet-of-two.ts';
import { type IdentityProvider, startIdentityProvider, testClient } from './testing/identity-provider.ts';

const red = { email: 'ruby@example.com', groups: ['team-red'] };
const blue = { email: 'blake@example.com', groups: ['team-blue'] };
let folder: string;
let fleet: FleetOfTwo;
let identity: IdentityProvider;
let controllers: Running;
let base: string;
let browser: Browser;
let page: Page;

/** `millrace controllers run --controllers=web`, as a Pod runs it. */
async function serve(...more: string[]): Promise<void> {
  controllers = run({}, '--controllers=web', ...more);
  await controllers.saw(/Starting manager/);
}

function run(env: Record<string, string>, ...more: string[]): Running {
  const args = [
    ...['controllers', 'run', '--kubeconfig', join(folder, 'kubeconfig')],
    ...[`--web-addr=${new URL(base).host.replace('localhost', '127.0.0.1')}`, `--web-url=${base}`],
    ...[`--oidc-issuer-url=${identity.issuer}`, `--oidc-client-id=${testClient.id}`],
    ...[
      `--oidc-client-secret-file=${join(folder, 'secret')}`,
      `--web-session-key-file=${join(folder, 'key')}`,
    ],
    ...['--oidc-username-claim=email', '--oidc-groups-claim=groups', ...more],
  ];
  return millrace(args, { env });
}

// A machine may lack the browser: .ci/run installs it and sets CI_REQUIRE_CHROMIUM, or says that it cannot.
describe.skipIf(!chromiumPath)(
  'the page of a cluster, in a browser (skipped where there is no Chromium)',
  () => {
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'login-'));
      base = `http://localhost:${await freePort()}`;
      [fleet, identity, browser] = await Promise.all([
        startFleetOfTwo(),
        startIdentityProvider(`${base}/login/callback`),
        chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] }),
      ]);
      const files = { kubeconfig: fleet.cluster.kubeconfig, secret: testClient.secret, key: 'k'.repeat(40) };
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
      await serve();
    }, 60_000);

    afterAll(async () => {
      await controllers?.stop();
      await browser?.close();
      await identity?.stop();
      await fleet?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    beforeEach(async () => {
      const context = await browser.newContext();
      page = await context.newPage();
    });

    afterEach(() => page.context().close());

    const row = (name: string) => page.locator('.row', { has: page.locator(`strong:text-is("${name}")`) });
    const visit = (who: Record<string, unknown>, path = '/') => {
      identity.next = who;
      return page.goto(base + path);
    };

    test('leads to the login and back to the address, and says who looks', async () => {
      await visit(red, '/object/Kustomization/red/app?tab=yaml');
      await page.locator('h1', { hasText: 'app' }).waitFor();
      expect(page.url()).toBe(`${base}/object/Kustomization/red/app?tab=yaml`);
      await page.locator('.viewer summary').click();
      await page.locator('.viewer').getByText('team-red').waitFor();
      await page.keyboard.press('Escape');
      await page.locator('.viewer').getByText('team-red').waitFor({ state: 'hidden' });
      await page.locator('h1', { hasText: 'app' }).waitFor();
    });

    test('two people see what is theirs', async () => {
      await visit(red);
      await row('app').waitFor();
      expect(await page.locator('.row').allTextContents()).toEqual([expect.stringContaining('red')]);
      await page.context().clearCookies();
      await visit(blue);
      await row('app').waitFor();
      expect(await page.locator('.row').allTextContents()).toEqual([expect.stringContaining('blue')]);
      await visit(blue, '/object/Kustomization/red/app');
      await page.getByText('cannot get resource').first().waitFor();
    });

    test('what changes is shown to whom it concerns, and what they do is done in their name', async () => {
      await visit(red);
      await row('app').waitFor();
      await fleet.put(kustomizationIn('blue', 'hidden'));
      await fleet.put(kustomizationIn('red', 'shown'));
      await row('shown').click();
      await page.getByRole('button', { name: 'Suspend' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
      await page.getByRole('button', { name: 'Resume' }).waitFor();
      await page.getByText('← Fleet').click();
      expect(await page.locator('.row').allTextContents()).not.toContainEqual(
        expect.stringContaining('hidden'),
      );
    });

    test('whoever signs out is out, and comes in again by the login', async () => {
      await visit(red);
      await page.locator('.viewer summary').click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'Signed out' }).waitFor();
      expect(await (await page.request.get(`${base}/api/me`)).json()).toMatchObject({ login: '/login' });
      await page.getByRole('link', { name: 'Sign in' }).click();
      await row('app').waitFor();
    });

    test('a session that is over leads to the login and back, from where one is', async () => {
      await visit(red, '/?by=namespace');
      await row('app').waitFor();
      await page.context().clearCookies({ name: 'millrace' });
      await controllers.stop();
      await serve();
      await page.waitForRequest(request => request.url().includes('/login/callback'), { timeout: 20_000 });
      await row('app').waitFor();
      expect(page.url()).toBe(`${base}/?by=namespace`);
    });

    test('a page for looking only has no buttons', async () => {
      await controllers.stop();
      await serve('--web-read-only');
      await visit(red, '/object/Kustomization/red/app');
      await page.locator('.tabs').waitFor();
      await page.getByText('Read only').first().waitFor();
      expect(await page.getByRole('button', { name: /Reconcile|Suspend|Resume/ }).count()).toBe(0);
      await controllers.stop();
      await serve();
    });

    test('one process of all controllers serves it, also while another has the lead', async () => {
      const now = `${new Date().toISOString().slice(0, -1)}000Z`;
      await fleet.put({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'notification-controller-leader-election', namespace: 'blue' },
        spec: { holderIdentity: 'another', leaseDurationSeconds: 600, acquireTime: now, renewTime: now },
      });
      await controllers.stop();
      controllers = run(
        { RUNTIME_NAMESPACE: 'blue', METRICS_ADDR: '127.0.0.1:0' },
        ...['--data-dir', join(folder, 'data'), '--health-addr=0', '--enable-leader-election'],
      );
      await controllers.saw(/attempting to acquire leader lease/);
      await visit(red);
      await row('app').waitFor();
      await controllers.stop();
      await serve();
    });

    test.each(['light', 'dark'] as const)('axe finds nothing, %s', async colorScheme => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const views = [
        () => visit({ email: 'system:admin' }, '/login'),
        () => page.getByRole('link', { name: 'Try again' }).click(),
        () => page.locator('.viewer summary').click(),
        () => page.getByRole('button', { name: 'Sign out' }).click(),
      ];
      for (const open of views) {
        await open();
        identity.next = red;
        await page.waitForLoadState();
        expect(await axeFindings(page)).toEqual([]);
      }
    });
  },
);
