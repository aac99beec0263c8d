import { readFileSync } from 'node:fs';
import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from './free-port.ts';
import { type System, startSystem } from './system.ts';

/** The pace is 10,000 a minute. */
const pace = { events: 2_500, within: 15_000 };
const providers = 10;

let system: System;
let server: Server;
let port: number;
/** The events that each provider was told of. */
const told = Array.from({ length: providers }, () => new Set<string>());

beforeAll(async () => {
  server = createServer(async (asked, response) => {
    const { message } = JSON.parse((await asked.toArray()).join('')) as { message: string };
    const which = Number(asked.url?.slice(1));
    told[which]!.add(message);
    // The first one never answers.
    if (which > 0) response.end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  port = await freePort();
  system = await startSystem(['--controllers', 'notification', '--events-addr', `127.0.0.1:${port}`]);
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (let i = 0; i < providers; i++) {
    await apply('Provider', `p${i}`, { type: 'generic', address: `${address}/${i}` });
    const eventSources = [{ kind: 'Kustomization', name: '*' }];
    await apply('Alert', `a${i}`, { providerRef: { name: `p${i}` }, eventSources });
  }
});
afterAll(async () => {
  for (let i = 0; i < providers; i++)
    for (const [kind, name] of [
      ['Alert', `a${i}`],
      ['Provider', `p${i}`],
    ] as const)
      await system.client.delete({ ...of(kind), namespace: system.namespace, name }, { as: 'own' });
  await system.stop();
  server.closeAllConnections();
  server.close();
});

const of = (kind: string) => ({ apiVersion: 'notification.toolkit.fluxcd.io/v1beta3', kind });
const apply = (kind: string, name: string, spec: object) =>
  system.client.apply({ ...of(kind), metadata: { name, namespace: system.namespace }, spec } as KubeObject, {
    as: 'own',
    fieldManager: 'e2e',
  });

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
function post(message: string): Promise<number> {
  const name = `ks-${Math.floor(Math.random() * 500)}`;
  const body = JSON.stringify({
    involvedObject: {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      namespace: system.namespace,
      name,
    },
    ...{
      severity: 'info',
      timestamp: new Date().toISOString(),
      message,
      reason: 'Progressing',
      reportingController: 'e2e',
    },
  });
  return new Promise((resolve, reject) => {
    const asked = request({ agent, port, host: '127.0.0.1', method: 'POST' }, answer => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.on('error', reject).end(body);
  });
}

const residentMegabytes = () => {
  const status = readFileSync(`/proc/${system.controllers.process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
};

test('of ten thousand events a minute nothing is lost for nine providers while the tenth stalls', async () => {
  // Nothing tells that the Alerts have been seen.
  const areHeard = async () => {
    await post(`first ${Date.now()}`);
    return told.every(({ size }) => size > 0);
  };
  await expect.poll(areHeard).toBe(true);
  const before = residentMegabytes();
  const began = Date.now();
  const answers: Promise<number>[] = [];
  for (let i = 0; i < pace.events; i++) {
    const due = began + (i * pace.within) / pace.events - Date.now();
    if (due > 0) await sleep(due);
    answers.push(post(`number ${i}`));
  }
  expect(new Set(await Promise.all(answers))).toEqual(new Set([202]));
  agent.destroy();
  const quick = told.slice(1);
  await expect
    .poll(() => quick.map(one => [...one].filter(message => message.startsWith('number')).length), {
      timeout: 60_000,
    })
    .toEqual(quick.map(() => pace.events));
  // What waits for the one that stalls is bounded, and so is what it takes.
  expect(told[0]!.size).toBeLessThan(100);
  expect(residentMegabytes() - before).toBeLessThan(200);
}, 120_000);
