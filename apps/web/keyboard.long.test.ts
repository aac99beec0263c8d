import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { millrace, type Running } from '../../e2e/process.ts';
import { chromiumPath } from './testing/chromium.ts';
import { watchedPage } from './testing/watched-page.ts';

let folder: string;
let up: Running;
let url: string;
let browser: Browser;
let page: Page;
let problems: string[];

/** Runs in the page: what has the focus, and why nobody would see that it has. */
const focused = `(() => {
  const at = document.activeElement;
  const labelled = [...(at.labels?.[0]?.childNodes ?? [])].filter(one => one.nodeType === Node.TEXT_NODE).map(one => one.textContent).join('');
  const name = at === document.body ? '' : at.getAttribute('aria-label') ?? (labelled || at.innerText);
  const { width, height, top, bottom, left, right } = at.getBoundingClientRect();
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const isSeen = outlineStyle !== 'none' && outlineWidth !== '0px';
  const hidden = at === document.body ? [] : [
    at.matches(':focus-visible') && !isSeen && at.tagName !== 'H1' && 'no outline',
    (width === 0 || height === 0) && 'no size',
    (bottom < 0 || right < 0 || top > innerHeight || left > innerWidth) && 'out of sight',
    at === window.lastFocused && 'does not move',
  ].filter(Boolean);
  window.lastFocused = at;
  return { name: name.trim().replace(/\\s+/g, ' '), tag: at.tagName.toLowerCase(), hidden };
})()`;

interface Focused {
  name: string;
  tag: string;
  hidden: string[];
}

// A machine may lack the browser: .ci/run installs it and sets CI_REQUIRE_CHROMIUM, or says that it cannot.
describe.skipIf(!chromiumPath)('the page, by keyboard alone (skipped where there is no Chromium)', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'page-keys-'));
    up = millrace(['up', '--data-dir', folder, '--in-memory', '--audit-log', join(folder, 'audit.jsonl')]);
    url = (await up.saw(/the page: (http:\S+)/))[1]!;
    await up.saw(/Ctrl-C ends it/);
    browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await up?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    ({ page, problems } = await watchedPage(browser, { viewport: { width: 1280, height: 800 } }));
    await page.goto(url);
    await page.locator('.row', { hasText: 'backend' }).first().waitFor();
  });

  afterEach(async () => {
    await page.close();
    expect(problems).toEqual([]);
  });

  const focus = () => page.evaluate<Focused>(focused);
  const press = (...keys: string[]) =>
    keys.reduce((done, key) => done.then(() => page.keyboard.press(key)), Promise.resolve());
  const heading = (text: string) => page.locator('h1', { hasText: text }).waitFor();

  /** Tab on, or back, until something of that name has the focus. */
  const tabTo = async (name: string | RegExp, key = 'Tab') => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press(key);
      const at = await focus();
      if (typeof name === 'string' ? at.name === name : name.test(at.name)) return;
    }
    throw new Error(`no ${key} leads to ${name}`);
  };

  test('an object is found, looked at, reconciled, suspended and resumed, and one is back', async () => {
    await press('/');
    await page.keyboard.type('backend');
    await page.getByRole('option').first().waitFor();
    await press('ArrowDown');
    await page.locator('#found [aria-selected="true"]').waitFor();
    await press('Enter');
    await heading('backend');
    expect(await focus()).toMatchObject({ tag: 'h1' });

    await press('r');
    await page.locator('.outcome', { hasText: 'done' }).waitFor();

    await tabTo('Suspend');
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    expect((await focus()).name).toBe('Suspend');
    await press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await focus()).name).toBe('Suspend');
    // Somebody types on without looking: no key is lost between one dialog and the next.
    await press('Enter', 'Escape', 'Enter', 'Escape', 'Enter', 'Enter');
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await expect.poll(async () => (await focus()).name).toBe('Resume');
    await press('Enter');
    await page.getByRole('button', { name: 'Suspend' }).waitFor();
    await expect.poll(async () => (await focus()).name).toBe('Reconcile');

    await tabTo('Diff');
    await press('Enter');
    await page.getByText('Nothing would change').waitFor();
    expect((await focus()).name).toBe('Diff');
    await tabTo('From');
    await press('End');
    await expect.poll(() => new URL(page.url()).searchParams.get('before')).toBeTruthy();
    await tabTo('History', 'Shift+Tab');
    await press('Enter');
    await page.locator('.timeline .entry').first().waitFor();

    await press('Escape');
    await page.locator('.row', { hasText: 'backend' }).first().waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
  });

  test('the list is narrowed, and gone through', async () => {
    await tabTo(/^In progress|^Ready/);
    await tabTo('Kind');
    await page.keyboard.type('Kustomization');
    await expect.poll(() => new URL(page.url()).searchParams.get('kind')).toBe('Kustomization');
    await press('Escape', 'j', 'j');
    await page.locator('.row.at').waitFor();
  });

  test('the nodes of the graph are reached, and opened', async () => {
    await press('g');
    await page.locator('.node').first().waitFor();
    await tabTo(/^flux-system/);
    const names = new Set<string>();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowUp', 'ArrowLeft']) {
      await press(key);
      const { name, hidden } = await focus();
      expect(hidden).toEqual([]);
      names.add(name);
    }
    expect(names.size).toBeGreaterThan(2);
    await press('Enter');
    await page.locator('.object h1').waitFor();
    expect(page.url()).toContain('/object/');
  });

  test('dialogues and menus give the focus back', async () => {
    await tabTo(/^Group by/);
    await press('Tab');
    const before = await focus();
    await press('?');
    await page.getByRole('dialog').waitFor();
    await tabTo('Close');
    await press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focus()).toEqual(before);
  });

  test.each([
    '/',
    '/?view=graph',
    '/events',
    '/notifications',
    '/audit',
    '/rehearsal',
    '/object/Kustomization/flux-system/backend?tab=objects',
    '/object/Kustomization/flux-system/backend?tab=diff',
    '/object/Kustomization/flux-system/backend?tab=history',
    '/object/Kustomization/flux-system/backend?tab=yaml',
    '/object/Deployment.apps/shop/api?tab=pods',
    '/object/Deployment.apps/shop/api?tab=logs',
  ])('%s shows what has the focus, and keeps nobody', async address => {
    await page.goto(`${new URL(url).origin}${address}`);
    await page.locator('main h1').first().waitFor({ state: 'attached' });
    await page.waitForTimeout(400);
    const seen: Focused[] = [];
    for (let i = 0; i < 28; i++) {
      await press('Tab');
      seen.push(await focus());
    }
    expect(seen.filter(({ hidden }) => hidden.length > 0)).toEqual([]);
    expect(seen.filter(({ name, tag }) => name === '' && tag !== 'body')).toEqual([]);
  });

  test('nothing moves for those who want it still', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const moving = await page.evaluate(`[...document.querySelectorAll('*')].filter(one => {
      const { animationName, transitionDuration } = getComputedStyle(one);
      return animationName !== 'none' || transitionDuration.split(', ').some(time => parseFloat(time) > 0);
    }).length`);
    expect(moving).toBe(0);
  });
});
