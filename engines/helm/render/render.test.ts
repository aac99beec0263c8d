import { LimitError } from '@millrace/go-template';
import { describe, expect, it } from 'vitest';
import type { Chart, Values } from '../chart/chart.ts';
import { KubeVersionError, parseKubeVersion } from './capabilities.ts';
import { type RenderOptions, renderChart } from './render.ts';
import { RenderError } from './render-error.ts';

const encoder = new TextEncoder();

function chartOf(templates: Record<string, string>, dependencies: Chart[] = [], name = 'c'): Chart {
  return {
    metadata: { name, version: '1.0.0', apiVersion: 'v2' },
    raw: [],
    templates: Object.entries(templates).map(([file, text]) => ({
      name: `templates/${file}`,
      data: encoder.encode(text),
    })),
    files: [],
    values: {},
    dependencies,
  };
}

const release = { name: 'x', namespace: 'default' };

function render(template: string, options: Partial<RenderOptions> = {}, values: Values = {}): string {
  return renderChart(chartOf({ 'x.yaml': template }), values, { release, ...options }).get(
    'c/templates/x.yaml',
  )!;
}

describe('lookup', () => {
  it('sees what the caller lets it see', () => {
    const asked: string[][] = [];
    const lookup = (...args: string[]) => {
      asked.push(args);
      return { data: { key: 'dmFsdWU=' } };
    };
    const template = '{{ (lookup "v1" "Secret" "ns" "s").data.key | b64dec }}';
    expect(render(template, { lookup })).toBe('value');
    expect(asked).toEqual([['v1', 'Secret', 'ns', 's']]);
  });

  it('may fail', () => {
    const lookup = () => {
      throw new Error('the cluster is gone');
    };
    expect(() => render('{{ lookup "v1" "Pod" "" "" }}', { lookup })).toThrow(
      'error calling lookup: the cluster is gone',
    );
  });

  it('may render another chart on the way', () => {
    const lookup = () => ({ text: render('{{ required "x" "inner" }}') });
    expect(render('{{ (lookup "v1" "A" "" "").text }} {{ (lookup "v1" "A" "" "").text }}', { lookup })).toBe(
      'inner inner',
    );
  });
});

describe('a linter', () => {
  it('is warned where an installation would fail', () => {
    const warnings: string[] = [];
    const options = { lint: true, warn: (message: string) => warnings.push(message) };
    expect(render('[{{ required "needed" .Values.a }}{{ fail "stop" }}]', options)).toBe('[]');
    expect(warnings).toEqual(['needed', 'stop']);
  });
});

describe('strict rendering', () => {
  it('refuses missing keys', () => {
    expect(() => render('{{ .Values.a }}', { strict: true })).toThrow('map has no entry for key "a"');
    expect(() => render('{{ tpl "{{ .Values.a }}" . }}', { strict: true })).toThrow('map has no entry');
  });
});

describe('what a render takes from outside', () => {
  it('comes from the caller', () => {
    const options = { clock: () => 0, random: (count: number) => new Uint8Array(count) };
    expect(render('{{ now | date "2006-01-02" }} {{ randInt 0 1000000 }}', options)).toBe(
      render('{{ now | date "2006-01-02" }} {{ randInt 0 1000000 }}', options),
    );
    expect(render('{{ now | date "2006" }}', options)).toBe('1970');
  });
});

describe('values', () => {
  it('are the very map that templates set keys of', () => {
    const values: Values = { m: {} };
    render('{{ $_ := set .Values.m "a" 1 }}{{ $_ := set .Values "__proto__" (dict "b" 2) }}', {}, values);
    expect(values.m).toHaveProperty('a');
    expect(Object.hasOwn(values, '__proto__')).toBe(true);
    expect(({} as Values).b).toBeUndefined();
  });
});

describe('limits', () => {
  const endless = '{{ range until 1000 }}{{ range until 1000 }}x{{ end }}{{ end }}';

  it.each([
    ['time', endless, { limits: { expired: () => true } }, 'exceeded the time limit'],
    ['steps', endless, { limits: { steps: 5000 } }, 'exceeded the limit of 5000 steps'],
    ['output', endless, { limits: { outputSize: 5000 } }, 'exceeded the output limit of 5000 characters'],
    ['cancelling', endless, { signal: AbortSignal.abort() }, 'the render was aborted'],
    [
      'depth',
      '{{ define "a" }}{{ include "a" . }}{{ end }}\n{{ include "a" . }}',
      { limits: { depth: 20 } },
      'exceeded maximum template depth (20)',
    ],
  ])('of %s end a render and say where', (_, template, options, problem) => {
    const run = () => render(template, options as Partial<RenderOptions>);
    expect(run).toThrow(LimitError);
    expect(run).toThrow(problem);
    expect(run).toThrow(/^template: c\/templates\/x\.yaml:\d+/);
  });

  it('hold for all templates of a chart together', () => {
    const text = 'x'.repeat(600);
    const chart = chartOf({ 'a.yaml': text, 'b.yaml': text });
    expect(() => renderChart(chart, {}, { release, limits: { outputSize: 1000 } })).toThrow(
      'template: c/templates/a.yaml: the chart exceeded the output limit of 1000 characters',
    );
    const steps = chartOf({
      'a.yaml': '{{ range until 30 }}{{ end }}',
      'b.yaml': '{{ range until 30 }}{{ end }}',
    });
    expect(() => renderChart(steps, {}, { release, limits: { steps: 50 } })).toThrow(LimitError);
  });

  it.each(['toYaml', 'toYamlPretty', 'toJson', 'toToml'])('hold for what %s makes of little', encode => {
    const twice = '{{ $l := list "x" }}{{ range until 60 }}{{ $l = list $l $l }}{{ end }}';
    expect(() => render(`${twice}{{ ${encode} (dict "l" $l) | len }}`)).toThrow(LimitError);
  });

  it('of Helm on inclusion hold where the stack is deep enough', () => {
    const chart = chartOf({ 'x.yaml': '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}' });
    expect(() => renderChart(chart, {}, { release })).toThrow(
      /nested reference name: a: unable to execute template|the stack is exhausted/,
    );
  });
});

describe('errors', () => {
  it('say where they are', () => {
    const run = () => render('a\n{{ .Values.a.b }}');
    expect(run).toThrow(RenderError);
    try {
      run();
    } catch (error) {
      expect((error as RenderError).place).toEqual({ template: 'c/templates/x.yaml', line: 2, column: 10 });
    }
  });

  it.each(['x', '1', '01.2', ''])('refuse the Kubernetes version %j', text => {
    expect(() => parseKubeVersion(text)).toThrow(KubeVersionError);
    expect(() => parseKubeVersion(text)).toThrow(`invalid kube version '${text}': `);
  });
});

describe('rendering again', () => {
  it('gives the same, whatever was rendered between', () => {
    const chart = chartOf({
      'x.yaml': '{{ include "n" . }}',
      '_h.tpl': '{{ define "n" }}{{ .Values.a }}{{ end }}',
    });
    const other = chartOf({ 'x.yaml': '{{ include "n" . }}', '_h.tpl': '{{ define "n" }}other{{ end }}' });
    const texts = [chart, other, chart].map((given, a) => [
      ...renderChart(given, { a: `v${a}` }, { release }).values(),
    ]);
    expect(texts).toEqual([['v0'], ['other'], ['v2']]);
  });
});
