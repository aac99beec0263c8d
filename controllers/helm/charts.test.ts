import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArtifactUnavailable } from '@millrace/artifact';
import { expect, onTestFinished, test } from 'vitest';
import { openCharts } from './charts.ts';

test('a chart that does not come in time is one that may come later', async () => {
  const server = createServer((_, response) => void response.write('a')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const charts = openCharts(join(mkdtempSync(join(tmpdir(), 'millrace-charts-')), 'archives'), 100);
  onTestFinished(async () => {
    await charts.stop();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/chart.tgz`;
  const artifact = { url, path: 'chart.tgz', revision: '1.0.0', digest: 'sha256:00', lastUpdateTime: '' };
  const opening = charts.open(artifact, 'group', new AbortController().signal);
  await expect(opening).rejects.toThrow(
    new ArtifactUnavailable(`the artifact 1.0.0 has not come from ${url} within 100ms`),
  );
});
