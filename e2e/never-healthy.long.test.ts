import type { Kustomization } from '@millrace/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Folders, startFolders } from './folders.ts';
import { configMap } from './system.ts';

const never = `apiVersion: apps/v1
kind: Deployment
metadata: {name: never}
spec:
  selector: {matchLabels: {app: never}}
  template:
    metadata: {labels: {app: never}, annotations: {simulate.millrace.dev/failure: never-ready}}
    spec: {containers: [{name: c, image: i, readinessProbe: {exec: {command: ["false"]}}}]}
`;

describe('a health check that never passes', () => {
  let folders: Folders;

  beforeAll(async () => {
    folders = await startFolders();
  });
  afterAll(() => folders.system.stop());

  test('holds up nobody, and ends with its timeout', async () => {
    const { system, start, said } = folders;
    // At least half a minute, as in Flux.
    await start('never', { 'never.yaml': never }, { wait: true, timeout: '2s' });
    await system.until<Kustomization>(
      system.ref('Kustomization', 'never'),
      'waiting',
      k => k?.status?.conditions?.some(c => c.type === 'Healthy' && c.status === 'Unknown') ?? false,
    );
    await start('quick', { 'quick.yaml': configMap('quick', 'a') });
    expect(await said('quick')).toMatchObject({ status: 'True' });
    const ended = await system.until<Kustomization>(
      system.ref('Kustomization', 'never'),
      'failed',
      k => k?.status?.conditions?.some(c => c.reason === 'HealthCheckFailed' && c.type === 'Ready') ?? false,
      60_000,
    );
    const ready = ended.status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready?.message).toMatch(
      /health check failed after 3\d\..*timeout waiting for: \[Deployment\/.*never status: 'InProgress'/,
    );
  }, 90_000);
});
