import { describe, expect, test, vi } from 'vitest';
import { readGoFlags } from './go-flags.ts';
import { kubeFlagsOf } from './kube-flags.ts';
import { createProgram } from './program.ts';

/** What the program takes from a command line, without doing it. */
function parse(...args: string[]) {
  const program = createProgram('millrace', args).configureOutput({ writeErr: () => {} });
  program.parseOptions(readGoFlags(args, program));
  return { program, ...kubeFlagsOf(program) };
}

describe('the flags of every command', () => {
  test.each([
    [['--as', 'jane', '--as-uid=7'], { as: 'jane', asUid: '7' }],
    [['--as-group', 'a,b', '--as-group', 'c'], { asGroup: ['a,b', 'c'] }],
    [
      ['--as-user-extra', 'a=b', '--as-user-extra', 'c=d=e', '--as-user-extra=a=x'],
      {
        asUserExtra: new Map([
          ['a', ['b', 'x']],
          ['c', ['d=e']],
        ]),
      },
    ],
    [['--cluster', 'c', '--user', 'u'], { cluster: 'c', user: 'u' }],
    [
      ['--server', 's', '--tls-server-name', 't', '--certificate-authority', 'ca'],
      { server: 's', tlsServerName: 't', certificateAuthority: 'ca' },
    ],
    [['--insecure-skip-tls-verify=true'], { insecureSkipTlsVerify: true }],
    [
      ['--token', 't', '--client-certificate', 'c', '--client-key', 'k'],
      { token: 't', clientCertificate: 'c', clientKey: 'k' },
    ],
  ])('%j override the kubeconfig, before and after the command', (flags, expected) => {
    expect(parse('get', 'ks', ...flags).overrides).toMatchObject(expected);
    expect(parse(...flags, 'helm', 'list').overrides).toMatchObject(expected);
  });

  test('override nothing where they are left out', () => {
    const { program, overrides, ...limits } = parse('get', 'ks', '--insecure-skip-tls-verify=false');
    expect(overrides).not.toMatchObject({ insecureSkipTlsVerify: true });
    expect(limits).toMatchObject({ kubeApiQps: 50, kubeApiBurst: 300 });
  });

  test.each([
    [['--as='], 'It must not be empty'],
    [['--token', ''], 'It must not be empty'],
    [['--as-group', ''], 'It must not be empty'],
    [['--user', ''], 'It must not be empty'],
    [['--as-user-extra', 'odd'], 'key=value is expected'],
    [['--as-user-extra', 'key='], 'key=value is expected'],
    [['--kube-api-qps', '-1'], 'A number is expected'],
    [['--kube-api-burst', '1.5'], 'A whole number is expected'],
  ])('%j are refused', (flags, reason) => {
    expect(() => parse('get', 'ks', ...flags)).toThrow(reason);
  });
});

test.each([
  [['create', 'secret', 'receiver', 'hook', '--token', 'x'], 'token'],
  [['trigger', 'receiver', 'hook', '--token', 'x'], 'token'],
  [['helm', 'install', 'a', 'b', '--insecure-skip-tls-verify'], 'insecureSkipTlsVerify'],
  [
    ['-n', 'up', '--as', 'get', 'helm', 'install', 'a', 'b', '--insecure-skip-tls-verify'],
    'insecureSkipTlsVerify',
  ],
  [['helm', 'show', 'chart', 'b', '--insecure-skip-tls-verify'], 'insecureSkipTlsVerify'],
  [['controllers', 'run', '--kube-api-qps', '1'], 'kubeApiQps'],
])("a command's own flag in %j says nothing of the cluster", (args, name) => {
  const { program } = parse(...args);
  expect(program.opts()).not.toHaveProperty(name);
});

test('every flag that a command shares with all commands is its own there', () => {
  vi.stubEnv('FLUX_SYSTEM_NAMESPACE', '');
  const shared = new Set(createProgram().options.map(({ long }) => long));
  const walk = (words: string[], command: ReturnType<typeof createProgram>): string[][] => [
    ...(command.options.some(({ long }) => shared.has(long)) && words.length > 0 ? [words] : []),
    ...command.commands.flatMap(child => walk([...words, child.name()], child)),
  ];
  for (const words of walk([], createProgram())) {
    const program = createProgram('millrace', words);
    let command = program;
    for (const word of words) command = command.commands.find(child => child.name() === word)!;
    const twice = command.options.filter(({ long }) => program.options.some(other => other.long === long));
    expect({ words, twice: twice.map(({ long }) => long) }).toEqual({ words, twice: [] });
  }
});
