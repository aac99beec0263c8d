import { TemplateError } from '@millrace/go-template';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chart, Values } from '../chart/chart.ts';
import errors from '../render/golden/errors.json' with { type: 'json' };
import functions from '../render/golden/functions.json' with { type: 'json' };
import manifests from '../render/golden/manifests.json' with { type: 'json' };
import objects from '../render/golden/objects.json' with { type: 'json' };
import { renderChart } from '../render/render.ts';
import { templateChart } from './template-output.ts';

const goldenTexts = [errors, functions, manifests, objects].flatMap(({ cases }) =>
  cases.flatMap(({ files }) => Object.entries(files).filter(([name]) => name.startsWith('templates/'))),
);

const texts = goldenTexts.map(([, text]) => text).filter(text => typeof text === 'string');

/** A real template into which pieces of another were put, or from which a piece was taken. */
const mutated = fc
  .record({
    text: fc.constantFrom(...texts),
    other: fc.constantFrom(...texts),
    cuts: fc.array(fc.tuple(fc.nat(400), fc.nat(30), fc.nat(400), fc.nat(40)), { maxLength: 4 }),
  })
  .map(({ text, other, cuts }) =>
    cuts.reduce((current, [at, removed, from, length]) => {
      const start = at % (current.length + 1);
      return current.slice(0, start) + other.slice(from, from + length) + current.slice(start + removed);
    }, text),
  );

const encoder = new TextEncoder();

function chartOf(templates: string[]): Chart {
  return {
    metadata: { name: 'c', version: '1.0.0', apiVersion: 'v2' },
    raw: [],
    templates: templates.map((text, n) => ({ name: `templates/t${n}.yaml`, data: encoder.encode(text) })),
    files: [{ name: 'files/a.txt', data: encoder.encode('a\nb\n') }],
    values: {},
    dependencies: [],
  };
}

/** Whether what a function threw was a mistake of ours. */
function isMistake({ cause }: Error): boolean {
  return cause instanceof Error && (cause instanceof TypeError || isMistake(cause));
}

const release = { name: 'x', namespace: 'default' };
const limits = { steps: 20_000, outputSize: 1_000_000 };

describe('charts that are mutations of real ones', () => {
  it('give text or a TemplateError', () => {
    fc.assert(
      fc.property(fc.array(mutated, { minLength: 1, maxLength: 3 }), fc.jsonValue(), (templates, value) => {
        const values = JSON.parse(
          JSON.stringify({ a: value, i: 5, m: { a: 1 }, l: [1], s: 'text' }),
        ) as Values;
        try {
          for (const text of renderChart(chartOf(templates), values, { release, limits }).values())
            expect(typeof text).toBe('string');
        } catch (error) {
          if (!(error instanceof TemplateError) || isMistake(error)) throw error;
          expect(error.message).not.toBe('');
        }
      }),
    );
  });

  it('give an output or say what is wrong', () => {
    fc.assert(
      fc.property(mutated, fc.boolean(), (template, debug) => {
        const { stdout, error } = templateChart(chartOf([template]), {}, { release, limits, debug });
        expect(typeof stdout).toBe('string');
        expect(error).not.toBe('');
        if (!debug && error !== undefined) expect(stdout).toBe('');
      }),
    );
  });
});
