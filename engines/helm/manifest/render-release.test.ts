import { describe, expect, it } from 'vitest';
import type { Chart } from '../chart/chart.ts';
import { restoredChart, storedChart } from '../release/stored-chart.ts';
import { arrangeManifests } from './arrange.ts';
import { uninstallOrder } from './kind-order.ts';
import { arrangeRelease, renderFiles, renderRelease } from './render-release.ts';

const encoder = new TextEncoder();

function chartOf(name: string, templates: Record<string, string>, dependencies: Chart[] = []): Chart {
  return {
    metadata: { name, version: '1.0.0', apiVersion: 'v2' },
    raw: [],
    templates: Object.entries(templates).map(([file, text]) => ({
      name: `templates/${file}`,
      data: encoder.encode(text),
    })),
    files: [{ name: 'crds/a.yaml', data: encoder.encode('kind: CustomResourceDefinition') }],
    values: { a: 1 },
    dependencies,
  };
}

const options = { release: { name: 'x', namespace: 'default', revision: 3 } };

const sub = chartOf('sub', { 'NOTES.txt': 'notes of sub' });
const parent = chartOf(
  'parent',
  {
    'NOTES.txt': 'notes {{ .Release.Revision }}',
    'a.yaml': 'kind: Service',
    'h.yaml': 'kind: Job\nmetadata: {name: h, annotations: {helm.sh/hook: test, helm.sh/hook-weight: 3}}',
  },
  [sub],
);

describe('a release of a chart', () => {
  it('has manifests, hooks and notes', () => {
    const { manifest, hooks, notes } = renderRelease(parent, {}, options);
    expect(manifest).toBe('---\n# Source: parent/templates/a.yaml\nkind: Service\n');
    expect(hooks).toMatchObject([{ name: 'h', kind: 'Job', events: ['test'], weight: 3 }]);
    expect(notes).toBe('notes 3');
  });

  it('may have the notes of subcharts', () => {
    expect(renderRelease(parent, {}, { ...options, subNotes: true }).notes).toBe('notes of sub\nnotes 3');
  });

  it('may have what is under crds/, first', () => {
    expect(renderRelease(parent, {}, { ...options, includeCrds: true }).manifest).toBe(
      [
        '---\n# Source: parent/crds/a.yaml\nkind: CustomResourceDefinition\n',
        '---\n# Source: parent/charts/sub/crds/a.yaml\nkind: CustomResourceDefinition\n',
        '---\n# Source: parent/templates/a.yaml\nkind: Service\n',
      ].join(''),
    );
  });

  it('can be changed between its halves', () => {
    const { files, notes } = renderFiles(parent, {}, options);
    const changed = new Map([...files].map(([name, text]) => [name, text.replace('Service', 'Secret')]));
    const { manifests } = arrangeRelease(parent, { files: changed, notes }, {});
    expect(manifests.map(({ kind }) => kind)).toEqual(['Secret']);
  });

  it('keeps all that was rendered for the eye if it is no YAML', () => {
    const release = renderRelease(chartOf('c', { 'a.yaml': 'a: b: c', 'b.yaml': 'b: 1' }), {}, options);
    expect(release.problem?.message).toMatch(/^YAML parse error on c\/templates\/a.yaml/);
    expect(release.manifest).toContain('# Source: c/templates/b.yaml\nb: 1');
  });

  it('is stored without subcharts and restored so', () => {
    const restored = restoredChart(storedChart(parent));
    expect(restored).toEqual({ ...parent, raw: [], dependencies: [] });
    expect(renderRelease(restored, {}, options).notes).toBe('notes 3');
  });
});

describe('an uninstallation', () => {
  it('goes the other way', () => {
    const kinds = ['Namespace', 'Zebra', 'Service', 'Deployment', 'Apple'].map(kind => `kind: ${kind}`);
    const { manifests } = arrangeManifests(new Map([['a.yaml', kinds.join('\n---\n')]]), uninstallOrder);
    expect(manifests.map(({ kind }) => kind)).toEqual([
      'Service',
      'Deployment',
      'Namespace',
      'Apple',
      'Zebra',
    ]);
  });
});
