import { readFileSync } from 'node:fs';
import type { Json } from '@millrace/json';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gates, openTheatre, type Theatre } from '../beside/theatre.ts';
import { scenarios } from './scenarios/index.ts';
import { play } from './stage.ts';
import { withoutOwnWords } from './words.ts';

/** Statuses, events and managed fields, step by step, as kustomize-controller v1.9.4 left them: see record.ts. */
describe.each([
  ['the same as with Flux', false],
  ['the same as with Flux where its gates are open', true],
])('a Kustomization goes through %s:', (_, open) => {
  let theatre: Theatre;

  beforeAll(async () => {
    theatre = await openTheatre('kustomize-controller', open ? [gates] : []);
  });
  afterAll(() => theatre.close());

  test.concurrent.each(
    scenarios
      .filter(({ gated = false }) => gated === open)
      .map(scenario => [scenario.name, scenario] as const),
  )(
    '%s',
    async (name, scenario) => {
      const golden = JSON.parse(
        readFileSync(new URL(`./golden/${name}.json`, import.meta.url), 'utf8'),
      ) as Json;
      const seen = await play(scenario, theatre);
      expect(withoutOwnWords(seen as unknown as Json)).toEqual(withoutOwnWords(golden));
    },
    300_000,
  );
});
