import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTheatre, type Theatre } from '../beside/theatre.ts';
import { type Belongings, moveIn } from './moving.ts';
import { scenarios } from './scenarios/index.ts';

const left = JSON.parse(readFileSync(new URL('./moving/flux.json', import.meta.url), 'utf8')) as Belongings[];

/** Releases that helm-controller v1.6.3 has left on a kube-apiserver: see record-moving.ts. */
describe.concurrent('a release that Flux has made is continued as it is:', () => {
  let theatre: Theatre;

  beforeAll(async () => {
    theatre = await openTheatre('helm-controller');
  });
  afterAll(() => theatre.close());

  test.each(left.map(one => [one.scenario, one] as const))('%s', async (name, belongings) => {
    const steps = scenarios.find(scenario => scenario.name === name)!.steps;
    const { before, after, ready, records, events } = await moveIn(
      belongings,
      steps.findLast(({ chart }) => chart)!.chart!,
      theatre,
    );
    expect(after).toEqual(before);
    expect(events).toEqual([]);
    expect(ready).toMatch(/^Helm (install|upgrade) succeeded/);
    expect(records).toHaveLength(belongings.objects.filter(({ kind }) => kind === 'Secret').length);
  });
});
