import { afterAll, beforeAll, expect, test } from 'vitest';
import { conformanceSubject, freshNamespace, type Subject } from '../../testing/conformance.ts';
import { until } from '../../testing/until.ts';

let subject: Subject;
let namespace: string;
const at = (plural: string) => `/apis/batch/v1/namespaces/${namespace}/${plural}`;

beforeAll(async () => {
  subject = await conformanceSubject();
  namespace = await freshNamespace(subject.client);
});

afterAll(async () => {
  await subject.client.delete(`/api/v1/namespaces/${namespace}`);
  await subject.stop();
});

const template = {
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }] } } },
};

const cronJob = (name: string, spec: object) => ({
  metadata: { name },
  spec: { schedule: '0 0 1 1 *', jobTemplate: template, ...spec },
});

test.each([
  [
    { schedule: '* * * *' },
    'spec.schedule',
    'Invalid value: "* * * *": expected exactly 5 fields, found 4: [* * * *]',
  ],
  [
    { schedule: '61 * * * *' },
    'spec.schedule',
    'Invalid value: "61 * * * *": end of range (61) above maximum (59): 61',
  ],
  [
    { schedule: 'a * * * *' },
    'spec.schedule',
    'Invalid value: "a * * * *": failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax',
  ],
  [{ schedule: '@never' }, 'spec.schedule', 'Invalid value: "@never": unrecognized descriptor: @never'],
  [
    { schedule: '@every 1x' },
    'spec.schedule',
    'Invalid value: "@every 1x": failed to parse duration @every 1x: time: unknown unit "x" in duration "1x"',
  ],
  [
    { schedule: 'TZ=UTC 0 0 * * *' },
    'spec.schedule',
    'Invalid value: "TZ=UTC 0 0 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
  ],
  [{ timeZone: '' }, 'spec.timeZone', 'Invalid value: "": timeZone must be nil or non-empty string'],
  [{ timeZone: 'Moon/Base' }, 'spec.timeZone', 'Invalid value: "Moon/Base": unknown time zone Moon/Base'],
  [
    { startingDeadlineSeconds: -1 },
    'spec.startingDeadlineSeconds',
    'Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    { jobTemplate: { spec: { ...template.spec, completionMode: 'Indexed' } } },
    'spec.jobTemplate.spec.completions',
    'Required value: when completion mode is Indexed',
  ],
  [
    { jobTemplate: { spec: { ...template.spec, manualSelector: true } } },
    'spec.jobTemplate.spec.manualSelector',
    'Unsupported value: true: supported values: "nil", "false"',
  ],
])('%j is refused', async (spec, field, message) => {
  const { code, body } = await subject.client.post(at('cronjobs'), cronJob('bad', spec));
  expect([code, body.details?.causes]).toEqual([
    422,
    [{ reason: message.startsWith('Required') ? 'FieldValueRequired' : expect.any(String), message, field }],
  ]);
});

test('a name must leave room for those of its Jobs', async () => {
  const name = 'x'.repeat(53);
  const { code, body } = await subject.client.post(at('cronjobs'), cronJob(name, {}));
  expect([code, body.message]).toEqual([
    422,
    `CronJob.batch "${name}" is invalid: metadata.name: Invalid value: "${name}": must be no more than 52 characters`,
  ]);
});

test('a Job is started, named by its minute, told of and listed as active', async () => {
  const spec = {
    schedule: '@every 1s',
    timeZone: 'Etc/UTC',
    jobTemplate: { metadata: { labels: { a: 'b' } }, ...template },
  };
  spec.jobTemplate.spec = { ...template.spec, suspend: true } as typeof template.spec;
  await subject.client.post(at('cronjobs'), cronJob('tick', spec));
  const { status, metadata } = await until(
    subject.client,
    `${at('cronjobs')}/tick`,
    body => body.status.active,
  );
  const { body: job } = await subject.client.get(`${at('jobs')}/${status.active[0].name}`);
  const time = job.metadata.annotations['batch.kubernetes.io/cronjob-scheduled-timestamp'];
  expect(job.metadata).toMatchObject({
    name: `tick-${Math.floor(Date.parse(time) / 60_000)}`,
    labels: { a: 'b' },
    ownerReferences: [
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        name: 'tick',
        uid: metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  });
  expect(status.active[0]).toEqual({
    apiVersion: 'batch/v1',
    kind: 'Job',
    name: job.metadata.name,
    namespace,
    uid: job.metadata.uid,
    resourceVersion: expect.any(String),
  });
  const events = `/api/v1/namespaces/${namespace}/events?fieldSelector=reason%3DSuccessfulCreate`;
  const { items } = await until(subject.client, events, body => body.items.length > 0);
  expect(items[0]).toMatchObject({
    type: 'Normal',
    message: `Created job ${job.metadata.name}`,
    source: { component: 'cronjob-controller' },
    involvedObject: { kind: 'CronJob', name: 'tick' },
  });
});
