import { afterEach, describe, expect, test, vi } from 'vitest';
import { createProgram } from '../program.ts';
import { suggestions } from './suggest.ts';

describe('a mistyped command', () => {
  const program = createProgram();
  const get = program.commands.find(command => command.name() === 'get')!;

  test.each([
    ['gte', program, ['get']],
    ['recncile', program, ['reconcile']],
    ['sus', program, ['suspend']],
    ['kustomizatoins', get, ['kustomizations']],
    ['Sources', get, ['sources']],
    ['something', get, []],
    ['x'.repeat(100_000), program, []],
  ])('%j suggests what it may have meant', (word, parent, expected) => {
    expect(suggestions(word, parent)).toEqual(expected);
  });
});

describe('help', () => {
  afterEach(() => vi.restoreAllMocks());

  async function help(...words: string[]) {
    let [out, err] = ['', ''];
    vi.spyOn(process.stdout, 'write').mockImplementation(text => {
      out += text;
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockImplementation(text => {
      err += text;
      return true;
    });
    await createProgram().parseAsync(['help', ...words], { from: 'user' });
    return { out: out.split('\n', 1)[0], err };
  }

  test.each([
    [[], 'Usage: millrace [options] [command]', ''],
    [['get'], 'Usage: millrace get [options] [command]', ''],
    [['get', 'ks'], 'Usage: millrace get kustomizations|ks [options] [name]', ''],
    [['create', 'secret', 'git'], 'Usage: millrace create secret git [options] [name]', ''],
    [['get', 'ks', 'apps'], 'Usage: millrace get kustomizations|ks [options] [name]', ''],
    [
      ['get', 'kss'],
      'Usage: millrace get [options] [command]',
      '✗ unknown command "kss" for "millrace get"\n(Did you mean kustomizations?)\n',
    ],
  ])('of %j is that of the command', async (words, out, err) => {
    expect(await help(...words)).toEqual({ out, err });
  });
});
