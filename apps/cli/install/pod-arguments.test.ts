import { allComponents, defaultOptions, installation } from '@millrace/installation';
import { commonFlags, type FlagSet, valuesOf } from '@millrace/process';
import { webProgram } from '@millrace/web';
import { describe, expect, test } from 'vitest';
import { allControllers } from '../up/controllers.ts';

interface Deployment {
  template: { spec: { containers: { command: string[]; args: string[] }[] } };
}

/** What the containers of an installation run: their controllers, and the flags that these are given. */
function runs(single: boolean) {
  const web = ['--web-url=https://fleet.example.com', '--oidc-issuer-url=https://login.example.com'];
  return installation({ ...defaultOptions, components: allComponents, single, web })
    .filter(({ kind }) => kind === 'Deployment')
    .flatMap(({ spec }) => (spec as Deployment).template.spec.containers)
    .map(({ command, args }) => ({
      names: command.at(-1)!.replace('--controllers=', '').split(','),
      args: new Map(
        args.map(arg => [arg.slice(2).split('=')[0]!, arg.split('=').slice(1).join('=') || 'true']),
      ),
    }));
}

describe('the containers of an installation', () => {
  test.each([...runs(false), ...runs(true)])('run $names with flags that they have', ({ names, args }) => {
    const programs = [...allControllers(), webProgram()].filter(({ name }) => names.includes(name));
    expect(programs).toHaveLength(names.length);
    const flags: FlagSet = Object.assign({}, commonFlags, ...programs.map(program => program.flags));
    const known = Object.values(flags).map(flag => flag.name);
    expect([...args.keys()].filter(name => !known.includes(name))).toEqual([]);
    expect(() => valuesOf(flags, name => args.get(name))).not.toThrow();
  });
});
