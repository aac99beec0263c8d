import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Body } from '../../testing/client.ts';
import { type LivingCluster, livingCluster } from '../../testing/living-cluster.ts';

let cluster: LivingCluster;

beforeEach(async () => {
  cluster = await livingCluster('2026-01-01T00:00:30Z');
});

afterEach(() => cluster.stop());

const minute = 60_000;
const jobs = () => cluster.list('batch/jobs');
const names = () => jobs().map(job => job.metadata.name);
const minutesAt = (time: string) => Date.parse(time) / minute;

function schedule(spec: object, annotations: Record<string, string> = {}): Body {
  return cluster.create({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick' },
    spec: {
      schedule: '* * * * *',
      jobTemplate: {
        metadata: { labels: { made: 'here' } },
        spec: {
          template: {
            metadata: { annotations },
            spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }] },
          },
        },
      },
      ...spec,
    },
  });
}

const endless = { 'simulate.millrace.dev/delay': '24h' };

test('a Job starts at each time of the schedule, named by its minute', async () => {
  schedule({});
  await cluster.pass(minute);
  const name = `tick-${minutesAt('2026-01-01T00:01:00Z')}`;
  expect(cluster.get('batch/jobs', name)).toMatchObject({
    metadata: {
      labels: { made: 'here' },
      annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T00:01:00Z' },
      ownerReferences: [{ kind: 'CronJob', name: 'tick', controller: true }],
    },
  });
  expect(cluster.get('batch/cronjobs', 'tick').status).toEqual({
    lastScheduleTime: '2026-01-01T00:01:00Z',
    lastSuccessfulTime: cluster.get('batch/jobs', name).status.completionTime,
  });
  await cluster.pass(2 * minute);
  expect(names()).toHaveLength(3);
  expect(cluster.events('tick')).toEqual(
    expect.arrayContaining([
      `SuccessfulCreate: Created job ${name}`,
      `SawCompletedJob: Saw completed job: ${name}, condition: Complete`,
    ]),
  );
});

test('what runs is listed as active', async () => {
  schedule({}, endless);
  await cluster.pass(minute);
  const { metadata } = jobs()[0];
  const { active } = cluster.get('batch/cronjobs', 'tick').status;
  expect(active).toMatchObject([
    { kind: 'Job', name: metadata.name, uid: metadata.uid, apiVersion: 'batch/v1' },
  ]);
});

test('Forbid waits until the running Job has ended, Replace ends it, Allow lets both run', async () => {
  schedule({ concurrencyPolicy: 'Forbid' }, endless);
  await cluster.pass(2 * minute);
  const [first] = names();
  expect(names()).toHaveLength(1);
  expect(cluster.events('tick')).toContain(
    'JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid',
  );
  cluster.change('batch/cronjobs', 'tick', ({ spec }) => (spec.concurrencyPolicy = 'Replace'));
  await cluster.pass(minute);
  expect(names()).not.toContain(first);
  expect(names()).toHaveLength(1);
  cluster.change('batch/cronjobs', 'tick', ({ spec }) => (spec.concurrencyPolicy = 'Allow'));
  await cluster.pass(minute);
  expect(names()).toHaveLength(2);
});

test('a suspended CronJob starts nothing, and afterwards only the latest time that was missed', async () => {
  schedule({ suspend: true });
  await cluster.pass(5 * minute);
  expect(names()).toEqual([]);
  cluster.change('batch/cronjobs', 'tick', ({ spec }) => (spec.suspend = false));
  await cluster.settle();
  expect(names()).toEqual([`tick-${minutesAt('2026-01-01T00:05:00Z')}`]);
});

test('what was missed longer ago than the starting deadline is not made up for', async () => {
  schedule({ schedule: '0 * * * *', suspend: true, startingDeadlineSeconds: 60 });
  await cluster.pass(70 * minute);
  cluster.change('batch/cronjobs', 'tick', ({ spec }) => (spec.suspend = false));
  await cluster.settle();
  expect(names()).toEqual([]);
  await cluster.pass(50 * minute);
  expect(names()).toEqual([`tick-${minutesAt('2026-01-01T02:00:00Z')}`]);
});

test('times are those of the time zone, which the annotation tells too', async () => {
  schedule({ schedule: '30 9 * * *', timeZone: 'Asia/Kolkata' });
  await cluster.pass(4 * 60 * minute);
  expect(jobs()[0].metadata.name).toBe(`tick-${minutesAt('2026-01-01T04:00:00Z')}`);
  expect(jobs()[0].metadata.annotations['batch.kubernetes.io/cronjob-scheduled-timestamp']).toBe(
    '2026-01-01T09:30:00+05:30',
  );
});

test('a time that never comes is told of', async () => {
  schedule({ schedule: '59 23 31 2 *' });
  await cluster.settle();
  expect(names()).toEqual([]);
  expect(cluster.events('tick')).toContain(
    'InvalidSchedule: invalid schedule: 59 23 31 2 * : time difference between two schedules is less than 1 second',
  );
});

test('of the Jobs that ended only as many are kept as the limits say', async () => {
  schedule({ successfulJobsHistoryLimit: 2 });
  await cluster.pass(6 * minute);
  expect(names()).toEqual([
    `tick-${minutesAt('2026-01-01T00:05:00Z')}`,
    `tick-${minutesAt('2026-01-01T00:06:00Z')}`,
  ]);
  expect(cluster.events('tick')).toContain(
    `SuccessfulDelete: Deleted job tick-${minutesAt('2026-01-01T00:04:00Z')}`,
  );
});

test('a Job that goes while it runs is noticed', async () => {
  schedule({}, endless);
  await cluster.pass(minute);
  const [name] = names();
  cluster.delete('batch/jobs', name);
  await cluster.settle();
  expect(cluster.get('batch/cronjobs', 'tick').status.active).toBeUndefined();
  expect(cluster.events('tick')).toContain(`MissingJob: Active job went missing: ${name}`);
});

test('a CronJob that goes takes its Jobs along', async () => {
  schedule({});
  await cluster.pass(minute);
  cluster.delete('batch/cronjobs', 'tick');
  await cluster.pass(minute);
  expect(names()).toEqual([]);
});
