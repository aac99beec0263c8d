import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Clone, cloneOf } from '../../e2e/fleet.ts';
import { millrace, type Running } from '../../e2e/process.ts';
import { chromiumPath } from './testing/chromium.ts';
import { watchedPage } from './testing/watched-page.ts';

const axe = createRequire(import.meta.url).resolve('axe-core');
const evil = `<img src=x onerror="document.title='taken'">`;

/** A chart, and a release of it whose values come from everywhere. */
const release: Record<string, string> = {
  'charts/app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n',
  'charts/app/values.yaml': 'motto: of the chart\npassword: none\nhost: localhost\n',
  'charts/app/templates/app.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: app}
data: {motto: "{{ .Values.motto }}", url: "db://{{ .Values.password }}@{{ .Values.host }}"}
---
apiVersion: v1
kind: Secret
metadata: {name: app}
stringData: {password: "{{ .Values.password }}"}
`,
  'clusters/local/app.yaml': `apiVersion: v1
kind: Secret
metadata: {name: app-values, namespace: shop}
stringData: {values.yaml: "password: hunter2-secret"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: app-values, namespace: shop}
data: {values.yaml: "host: db.example.com"}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: app, namespace: shop}
spec:
  interval: 1h
  chart: {spec: {chart: ./charts/app, sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}}}
  valuesFrom: [{kind: ConfigMap, name: app-values}, {kind: Secret, name: app-values}]
  values: {motto: first}
`,
};

let folder: string;
let up: Running;
let url: string;
let clone: Clone;
let client: KubeClient;
let browser: Browser;
let page: Page;
let problems: string[];

const backend = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  namespace: 'flux-system',
  name: 'backend',
};
const settled = async (revision: string, ref = backend) => {
  const applied = async () =>
    ((await client.get(ref, { as: 'own' })).status as { lastAppliedRevision?: string } | undefined)
      ?.lastAppliedRevision;
  await vi.waitFor(async () => expect(await applied()).toContain(revision), {
    timeout: 20_000,
    interval: 100,
  });
};
const suspend = (is: boolean) =>
  client.patch(backend, 'merge', { spec: { suspend: is } }, { as: 'own', fieldManager: 'flux' });
const change = (message: string, ...edits: [from: string | RegExp, to: string][]) => {
  const file = 'apps/local/backend/kustomization.yaml';
  const text = edits.reduce(
    (all, [from, to]) => all.replace(from, to),
    readFileSync(join(clone.path, file), 'utf8'),
  );
  return clone.push(message, { [file]: text });
};

// A machine may lack the browser: .ci/run installs it and sets CI_REQUIRE_CHROMIUM, or says that it cannot.
describe.skipIf(!chromiumPath)(
  'the page of an object, in a browser (skipped where there is no Chromium)',
  () => {
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'page-object-'));
      up = millrace(['up', '--data-dir', folder]);
      url = (await up.saw(/the page: (http:\S+)/))[1]!;
      const [, fleet] = await up.saw(/the fleet: (http:\S+)/);
      client = kubeClient(loadConnection({ path: join(folder, 'cluster', 'kubeconfig') }));
      clone = await cloneOf(fleet!);
      await clone.push('Release the app', release);
      await settled(await change(`Log less ${evil}`, ['LOG_LEVEL=debug', 'LOG_LEVEL=info']));
      await up.saw(/Helm install succeeded for release shop\/app\.v1/);
      const next = release['clusters/local/app.yaml']!.replace('motto: first', 'motto: second');
      await clone.push('Another motto', { 'clusters/local/app.yaml': next });
      await up.saw(/Helm upgrade succeeded for release shop\/app\.v2/);
      browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] });
    }, 120_000);

    afterAll(async () => {
      await browser?.close();
      await client?.close();
      await up?.stop();
      for (const path of [folder, clone?.path]) if (path) rmSync(path, { recursive: true, force: true });
    });

    beforeEach(async () => {
      ({ page, problems } = await watchedPage(browser, { viewport: { width: 1280, height: 900 } }));
      await page.goto(url);
      await page.locator('.row').first().waitFor();
    });

    afterEach(async () => {
      expect(await page.title()).toContain('Millrace');
      await page.close();
      expect(problems).toEqual([]);
    });

    const open = async (kind: string, namespace: string, name: string, tab: string) => {
      await page.goto(`${new URL(url).origin}/object/${kind}/${namespace}/${name}?tab=${tab}`);
      await page.locator('.tabs [aria-current]').waitFor();
    };
    const openBackend = (tab: string) => open('Kustomization', 'flux-system', 'backend', tab);
    const openApp = (tab: string) => open('HelmRelease', 'shop', 'app', tab);
    const object = (name: string) => page.locator('.compared details', { has: page.getByText(name).first() });

    const openAll = async () => {
      await page.locator('.compared details').first().waitFor();
      await page.evaluate(
        `for (const one of document.querySelectorAll('.compared details')) one.open = true`,
      );
      await page.waitForTimeout(300); // they are drawn
    };

    test('YAML has who owns which line, and shows what one of them owns', async () => {
      await openBackend('yaml');
      const owned = page.locator('.run', { hasText: 'prune: true' });
      expect(await owned.locator('.owner').textContent()).toBe('kustomize-controller');
      await page.getByRole('button', { name: /^kustomize-controller/ }).click();
      await page.locator('.run.aside', { hasText: 'observedGeneration' }).first().waitFor();
      expect(await owned.getAttribute('class')).not.toContain('aside');
    });

    test('characters that turn others around are shown in it', async () => {
      const metadata = { name: 'turned', namespace: 'shop', annotations: { file: '\u202etxt.exe\u202c' } };
      await client.create(
        { apiVersion: 'v1', kind: 'ConfigMap', metadata },
        { as: 'own', fieldManager: 'test' },
      );
      await open('ConfigMap.', 'shop', 'turned', 'yaml');
      await page.getByText('file: ⟨U+202E⟩txt.exe⟨U+202C⟩').waitFor();
    });

    test('an object is the same by the name that kubectl has for its kind', async () => {
      await open('Kustomization.kustomize.toolkit.fluxcd.io', 'flux-system', 'backend', 'overview');
      await page.getByRole('button', { name: 'Favourite' }).waitFor();
    });

    test('any object has it', async () => {
      await open('Deployment.apps', 'shop', 'api', 'yaml');
      await page.locator('.run', { hasText: 'replicas:' }).first().waitFor();
    });

    test('a Secret shows the names of what it holds', async () => {
      await open('Secret.', 'shop', 'app-values', 'yaml');
      await page.getByText('values.yaml').first().waitFor();
      expect(await page.content()).not.toMatch(/hunter2|aHVudGVy/);
    });

    test('what is fetched while it is suspended can be seen before it is applied', async () => {
      await suspend(true);
      const before = await client.get(backend, { as: 'own' });
      const commit = await change(
        'Run five',
        ['count: 3', 'count: 5'],
        ['only-on-this-machine', 'not-to-be-seen'],
        ['REGION', 'PLACE'],
      );
      await openBackend('diff');
      await page.getByText('is fetched and not applied, for this is suspended').waitFor({ timeout: 10_000 });
      expect(await page.locator('.pending code').getAttribute('title')).toContain(commit);
      await object('shop/api').first().locator('summary').click();
      await page.locator('ins.line', { hasText: 'replicas: 5' }).waitFor();
      expect(await page.locator('ins.line mark', { hasText: '5' }).first().textContent()).toBe('5');
      await page.getByRole('button', { name: 'Side by side' }).click();
      await page.locator('.diff.split .pair', { hasText: 'replicas: 3' }).waitFor();
      await page.getByRole('button', { name: 'Fields' }).click();
      await page.getByText('spec.replicas').waitFor();
      await openAll();
      expect(await page.content()).not.toMatch(/not-to-be-seen|only-on-this-machine|bm90LXRv|b25seS1v/);
      expect((await client.get(backend, { as: 'own' })).metadata.generation).toBe(before.metadata.generation);
      await suspend(false);
      await settled(commit);
    });

    test('two revisions are compared, also one that was applied long ago', async () => {
      await openBackend('diff');
      const oldest = await page
        .locator('.compare select')
        .first()
        .locator('option')
        .last()
        .getAttribute('value');
      await page.locator('.compare select').first().selectOption(oldest);
      await object('shop/api').first().waitFor();
      await page.getByText(/\d+ objects? the same/).waitFor();
    });

    test('history tells who, what and when; the way back is written out, and suspends', async () => {
      await openBackend('history');
      const entry = page.locator('.timeline li', { hasText: 'Log less' });
      expect(await entry.textContent()).toMatch(/<img src=x.*A user.*committed.*fetched.*applied.*healthy/);
      await entry.getByRole('button', { name: 'Roll back to this' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Run five').waitFor();
      expect(await dialog.locator('pre').textContent()).toMatch(
        /^git revert --no-edit [0-9a-f]{40}\n(git revert.*\n)*git push\nflux resume kustomization backend -n flux-system$/,
      );
      await dialog.getByRole('button', { name: 'Suspend' }).click();
      await page.locator('.outcome li.done', { hasText: 'suspend Kustomization backend' }).waitFor();
      await page.getByText('Suspended by the command line, or this page').waitFor();
      await page.getByRole('button', { name: 'Resume' }).click();
      await page.locator('.outcome li.done', { hasText: 'resume Kustomization backend' }).waitFor();
    });

    test('reconcile with source asks the source first, and shows how it goes', async () => {
      await openBackend('overview');
      await page.getByRole('button', { name: 'Reconcile with source' }).click();
      const done = page.locator('.outcome li.done');
      await done.nth(1).waitFor({ timeout: 10_000 });
      expect(await done.allTextContents()).toEqual([
        expect.stringContaining('reconcile GitRepository flux-system done'),
        expect.stringContaining('reconcile Kustomization backend done'),
      ]);
    });

    test('values tell where they come from, and not what Secrets give', async () => {
      await openApp('values');
      const owner = (line: string) => page.locator('.run', { hasText: line }).locator('.owner').textContent();
      await page.locator('.run', { hasText: 'motto: second' }).waitFor();
      expect(await owner('motto: second')).toBe('spec.values');
      expect(await owner('host: db.example.com')).toBe('ConfigMap app-values, values.yaml');
      expect(await owner('password:')).toBe('Secret app-values, values.yaml');
      expect(await page.content()).not.toContain('hunter2');
    });

    test('a release shows its manifest, and what has changed since the one before', async () => {
      await openApp('manifest');
      await openAll();
      await page.locator('.manifest pre', { hasText: 'motto: second' }).waitFor();
      expect(await page.content()).not.toMatch(/hunter2|aHVudGVy/);
      await page.locator('.tabs').getByText('Releases').click();
      await page.getByRole('button', { name: 'What has changed since v1' }).click();
      await page.locator('ins.line', { hasText: 'motto: second' }).first().waitFor();
      expect(await page.content()).not.toMatch(/hunter2|aHVudGVy/);
    });

    test('the next release is compared with what is live', async () => {
      await openApp('diff');
      await page.getByText('Nothing would change').waitFor({ timeout: 10_000 });
      const app = { ...backend, apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' };
      const ref = { ...app, namespace: 'shop', name: 'app' };
      await client.patch(ref, 'merge', { spec: { suspend: true } }, { as: 'own', fieldManager: 'flux' });
      const next = release['clusters/local/app.yaml']!.replace('motto: first', 'motto: third');
      await clone.push('A third motto', { 'clusters/local/app.yaml': next });
      const motto = async () => JSON.stringify((await client.get(ref, { as: 'own' })).spec);
      await expect.poll(motto, { timeout: 10_000 }).toContain('third');
      await page.getByRole('button', { name: 'Compare again' }).click();
      await page.locator('ins.line', { hasText: 'motto: third' }).waitFor({ timeout: 10_000 });
      await openAll();
      expect(await page.content()).not.toMatch(/hunter2|aHVudGVy/);
      await page.getByLabel('From').selectOption('1');
      await page.locator('del.line', { hasText: 'motto: first' }).first().waitFor({ timeout: 10_000 });
      expect(new URL(page.url()).searchParams.get('before')).toBe('1');
      await page.reload();
      await page.locator('del.line', { hasText: 'motto: first' }).first().waitFor({ timeout: 10_000 });
      await openAll();
      expect(await page.content()).not.toMatch(/hunter2|aHVudGVy/);
    });

    test.each(['light', 'dark'] as const)('axe finds nothing, %s', async colorScheme => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const views = [
        ...['yaml', 'diff', 'history'].map(tab => () => openBackend(tab)),
        ...['values', 'manifest', 'releases', 'diff'].map(tab => () => openApp(tab)),
      ];
      for (const view of views) {
        await view();
        // The policy of the page lets no script in: what looks at it comes from outside.
        const session = await page.context().newCDPSession(page);
        await session.send('Page.setBypassCSP', { enabled: true });
        await page.waitForTimeout(600); // what was asked for arrives
        await page.evaluate(readFileSync(axe, 'utf8'));
        const found = await page.evaluate(
          `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(node => node.html).join(' ')))`,
        );
        expect(found).toEqual([]);
      }
    });
  },
);
