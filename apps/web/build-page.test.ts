import { expect, test } from 'vitest';
import { pageAssets } from './server/assets.ts';

test('the page is under 250 kB compressed, and names nothing that lies elsewhere', async () => {
  const assets = await pageAssets();
  const all = [...assets.values()];
  const compressed = all.reduce((sum, { gzipped }) => sum + gzipped.length, 0);
  expect(compressed).toBeLessThan(250_000);
  const html = assets.get('/')!.body.toString('utf8');
  const named = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address!);
  expect(named.filter(address => !assets.has(address))).toEqual([]);
  expect(html).not.toMatch(/<script>|<style|style=|\son\w+=/);
});
