import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { delay } from '@millrace/kube';
import { startLargeFleet } from '@millrace/web/testing';
import { type CDPSession, chromium, type Page } from 'playwright-core';
import { milliseconds, percentile, printTable } from './table.ts';

const [count, objects] = [1000, 10];
/** Changes that are made to see how soon they are shown. */
const samples = 50;
/** A second of them. */
const rate = 50;

/** How soon a page shows a fleet of 1,000 Kustomizations with 10,000 objects, and what it costs to leave it open. */
export async function run(): Promise<void> {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
  if (!executablePath) return console.log('Chromium is not installed: apt-get install chromium');
  const fleet = await startLargeFleet(count, objects);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.addInitScript(noteFirst);
    const kubectl = await timeOfKubectl(fleet.kubeconfig);
    await page.goto(fleet.web.url); // the first request makes the bundle, where it was not made before
    await page.locator('.row').first().waitFor();
    const session = await page.context().newCDPSession(page);
    const at = new URL(fleet.web.url).origin;
    const [paint, list] = await firstOf(page, `${at}/`, '.row');
    const [, graph] = await firstOf(page, `${at}/?view=graph&troubled=1`, '.node');
    await firstOf(page, `${at}/`, '.row');
    const seen = await delays(page, fleet.change);
    const rest = await bytesIn(session, 30_000, async () => delay(30_000));
    const busy = await bytesIn(session, 30_000, () => change(fleet.change, 30));
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    const frames = await scrolled(page);
    const slow = await slowly(page, session, `${at}/`, fleet.change);
    printTable(
      ['1,000 Kustomizations with 10,000 objects', '', ''],
      [
        ['first paint', milliseconds(paint), ''],
        ['first list', milliseconds(list), kubectl ? `${(list / kubectl).toFixed(2)} of kubectl get -A` : ''],
        ['first graph, of what is not ready', milliseconds(graph), ''],
        ['a change is seen after, median', milliseconds(percentile(seen, 0.5)), ''],
        ['a change is seen after, 99th percentile', milliseconds(percentile(seen, 0.99)), ''],
        ['longest frame while it is scrolled through', milliseconds(frames), ''],
        ['memory of the tab (heap)', `${(usedSize / 1e6).toFixed(1)} MB`, ''],
        ['sent a minute at rest', `${(rest / 1000).toFixed(1)} kB`, ''],
        [`sent a minute at ${rate} changes a second`, `${(busy / 1000).toFixed(1)} kB`, ''],
        [
          'first paint, 400 kbit/s with 400 ms of latency',
          milliseconds(slow.paint),
          'nothing is kept from before',
        ],
        ['first list, the same', milliseconds(slow.list), ''],
        ['first list, the processor four times slower', milliseconds(slow.listByCpu), ''],
        ['a change is seen after, the same, median', milliseconds(percentile(slow.seen, 0.5)), ''],
        ['longest frame while scrolling, the same', milliseconds(slow.frames), ''],
      ],
    );
  } finally {
    await browser.close();
    await fleet.stop();
  }
}

/** On a slow line, and on a slow machine. */
async function slowly(page: Page, session: CDPSession, url: string, act: Change) {
  const line = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };
  const free = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  await session.send('Network.emulateNetworkConditions', line);
  const [paint, list] = await firstOf(page, url, '.row');
  await session.send('Network.emulateNetworkConditions', free);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  const [, listByCpu] = await firstOf(page, url, '.row');
  const seen = await delays(page, act);
  const frames = await scrolled(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  return { paint, list, listByCpu, seen, frames };
}

/** Runs in the page: when the first element of a kind was there. */
const noteFirst = `
  window.first = {};
  new MutationObserver(() => {
    for (const selector of ['.row', '.node'])
      if (!(selector in first) && document.querySelector(selector)) first[selector] = performance.now();
  }).observe(document, { childList: true, subtree: true });`;

/** Milliseconds from the start of a navigation to the first paint, and to the first element. */
async function firstOf(page: Page, url: string, selector: string): Promise<[paint: number, element: number]> {
  await page.goto(url);
  await page.locator(selector).first().waitFor();
  await page.waitForTimeout(200);
  const paint = await page.evaluate<number>(
    `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN`,
  );
  const element = await page.evaluate<number>(`first['${selector}'] ?? NaN`);
  return [paint, element];
}

type Change = (n: number, isReady: boolean, message: string) => Promise<void>;

/** From before the request that changes an object to when its row says so. */
async function delays(page: Page, act: Change): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < samples; i++) {
    const message = `change ${i}`;
    const shown = page.locator('.message', { hasText: message }).waitFor({ timeout: 10_000 });
    const start = performance.now();
    await act(7, false, message);
    await shown;
    found.push(performance.now() - start);
  }
  return found;
}

async function change(act: Change, seconds: number): Promise<void> {
  const started = performance.now();
  for (let i = 0; i < seconds * rate; i++) {
    await act((i * 37) % count, true, `change ${i}`);
    const due = started + ((i + 1) * 1000) / rate;
    if (due > performance.now()) await delay(due - performance.now());
  }
}

/** Bytes that come to the page in a minute. */
async function bytesIn(session: CDPSession, during: number, act: () => Promise<unknown>): Promise<number> {
  let bytes = 0;
  const heard = ({ dataLength }: { dataLength: number }) => {
    bytes += dataLength;
  };
  await session.send('Network.enable');
  session.on('Network.dataReceived', heard);
  const started = performance.now();
  await act();
  session.off('Network.dataReceived', heard);
  return (bytes * 60_000) / Math.max(during, performance.now() - started);
}

/** The longest pause between two frames while the list goes by from the first to the last row. */
async function scrolled(page: Page): Promise<number> {
  return page.evaluate<number>(`(async () => {
    const list = document.querySelector('.list');
    const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
    let [longest, last] = [0, await frame()];
    for (let top = 0; top < list.scrollHeight; top += 400) {
      list.scrollTop = top;
      const now = await frame();
      longest = Math.max(longest, now - last);
      last = now;
    }
    return longest;
  })()`);
}

/** Of the second of two, for the first learns of the kinds; undefined where there is no kubectl. */
async function timeOfKubectl(text: string): Promise<number | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, text, { mode: 0o600 });
  const get = () =>
    promisify(execFile)('kubectl', ['--kubeconfig', kubeconfig, 'get', 'kustomizations', '-A']);
  try {
    await get();
    const started = performance.now();
    await get();
    return performance.now() - started;
  } catch {
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
