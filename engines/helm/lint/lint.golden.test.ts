import { describe, expect, test } from 'vitest';
import { parseKubeVersion } from '../render/capabilities.ts';
import { mergeValues } from '../values/sources.ts';
import golden from './golden/lint.json' with { type: 'json' };
import { lintChart } from './lint-chart.ts';
import type { LintMessage } from './message.ts';

interface Case {
  name: string;
  files: { [name: string]: string };
  args: string[];
  messages: LintMessage[];
}

/** The words of Go's YAML reader are not ours. */
function comparable(messages: LintMessage[]): LintMessage[] {
  const yaml = /(error converting YAML to JSON: ).*/s;
  return messages.map(one => ({ ...one, message: one.message.replace(yaml, '$1…').replace(/\n+$/, '') }));
}

function optionsOf(args: string[]) {
  const after = (flag: string) => args.flatMap((arg, at) => (arg === flag ? [args[at + 1]!] : []));
  return {
    path: 'CHART',
    values: mergeValues({ set: after('--set'), strings: after('--set-string') }),
    skipSchemaValidation: args.includes('--skip-schema-validation'),
    ...(args.includes('--kube-version') && { kubeVersion: parseKubeVersion(after('--kube-version')[0]!) }),
  };
}

describe('charts, as helm lint finds them', () => {
  test.each(golden.cases as unknown as Case[])('$name', ({ files, args, messages }) => {
    const bytes = new Map(
      Object.entries(files).map(([name, text]) => [name, new TextEncoder().encode(text)]),
    );
    expect(comparable(lintChart(bytes, optionsOf(args)))).toEqual(comparable(messages));
  });
});
