import { Command } from 'commander';
import { expect, test } from 'vitest';
import { readGoFlags } from './go-flags.ts';

const program = new Command().option('-n, --namespace <name>').option('--timeout <duration>');
program.command('resume').option('--wait').option('--no-wait').option('-w, --watch');
program.command('create').option('--wait');
program.command('helm').command('template').option('--wait [strategy]');

test.each([
  [
    ['resume', 'a', '--wait=true'],
    ['resume', 'a', '--wait'],
  ],
  [
    ['resume', 'a', '--wait=false'],
    ['resume', 'a', '--no-wait'],
  ],
  [['resume', '-w=0'], ['resume']],
  // Another command's opposite is none of this one's.
  [
    ['create', 'a', '--wait=false'],
    ['create', 'a'],
  ],
  [
    ['helm', 'template', '--wait', 'a', '--wait=legacy'],
    ['helm', 'template', '--wait=true', 'a', '--wait=legacy'],
  ],
  [['-n=apps'], ['-n', 'apps']],
  [['--namespace=apps=x'], ['--namespace=apps=x']],
  [
    ['-x=1', '--other=false'],
    ['-x=1', '--other=false'],
  ],
  [
    ['--', '--wait=false'],
    ['--', '--wait=false'],
  ],
])('%j is %j', (args, read) => {
  expect(readGoFlags(args, program)).toEqual(read);
});

test('a boolean that is none is refused', () => {
  expect(() => readGoFlags(['--watch=maybe'], program)).toThrow(
    'invalid argument "maybe" for "-w, --watch" flag',
  );
});
