import { describe, expect, it } from 'vitest';
import { ManifestError } from './head.ts';
import { applyPostRender, planPostRender } from './post-render.ts';

const files = new Map([
  [
    'c/templates/b.yaml',
    'kind: Service\nmetadata: {name: b}\n---\nkind: Job\nmetadata:\n  annotations: {"helm.sh/hook": test}\n',
  ],
  ['c/templates/a.yaml', '# a comment\nkind: A\n'],
  ['c/templates/_p.tpl', 'never'],
  ['c/templates/blank.yaml', '\n'],
]);

const marked = (name: string) => `postrenderer.helm.sh/postrender-filename: ${name}`;

describe('a post-renderer', () => {
  it('gets all documents in one stream, each with the name of its file', () => {
    const { runs } = planPostRender(files, 'combined');
    expect(runs).toEqual([
      {
        name: '',
        input: [
          `kind: A\nmetadata:\n  annotations:\n    ${marked('c/templates/a.yaml')}\n`,
          `kind: Service\nmetadata:\n  name: b\n  annotations:\n    ${marked('c/templates/b.yaml')}\n`,
          `kind: Job\nmetadata:\n  annotations:\n    helm.sh/hook: test\n    ${marked('c/templates/b.yaml')}\n`,
        ].join('---\n'),
      },
    ]);
  });

  it('gives files back by those names, without them', () => {
    const plan = planPostRender(files, 'combined');
    const output = `${plan.runs[0]!.input.replace('name: b', 'name: changed')}---\nkind: New\n`;
    expect(Object.fromEntries(applyPostRender(plan, [output]))).toEqual({
      'c/templates/a.yaml': 'kind: A\n',
      'c/templates/b.yaml':
        'kind: Service\nmetadata:\n  name: changed\n---\nkind: Job\nmetadata:\n  annotations:\n    helm.sh/hook: test\n',
      'generated-by-postrender-3.yaml': 'kind: New\n',
    });
  });

  it('may get hooks in a run of their own', () => {
    const plan = planPostRender(files, 'separate');
    expect(plan.runs.map(({ name }) => name)).toEqual(['hooks', 'manifests']);
    const after = applyPostRender(plan, ['kind: Hook\n', plan.runs[1]!.input]);
    expect([...after.keys()]).toEqual([
      'generated-by-postrender-hooks-0.yaml',
      'c/templates/a.yaml',
      'c/templates/b.yaml',
    ]);
  });

  it('may get no hooks at all', () => {
    const plan = planPostRender(files, 'nohooks');
    expect(plan.runs.map(({ name }) => name)).toEqual(['manifests']);
    const after = applyPostRender(plan, [plan.runs[0]!.input]);
    expect(after.get('c/templates/b.yaml')).toBe(
      'kind: Job\nmetadata:\n  annotations: {"helm.sh/hook": test}\n\n---\nkind: Service\nmetadata:\n  name: b\n',
    );
  });

  it('is not called with what is no YAML', () => {
    const broken = new Map([['c/templates/x.yaml', 'a: b: c']]);
    expect(() => planPostRender(broken, 'combined')).toThrow(ManifestError);
    expect(() => planPostRender(broken, 'separate')).toThrow('YAML parse error on c/templates/x.yaml');
    const plan = planPostRender(files, 'combined');
    expect(() => applyPostRender(plan, ['a: ['])).toThrow('error while parsing post rendered output');
  });
});
