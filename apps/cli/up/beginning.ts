import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../cli-error.ts';
import type { UpOptions } from './options.ts';

/** What the cluster follows where nobody has named a checkout. */
export type Beginning = 'sample' | 'bootstrap' | 'empty';

type Asked = Pick<UpOptions, 'bootstrap' | 'empty' | 'inMemory' | 'once'>;

const all: readonly Beginning[] = ['sample', 'bootstrap', 'empty'];

/**
 * What was asked for, or what this folder began with: another fleet would take what the cluster has from it. Throws
 * CliError where they differ.
 * @param path of the data folder
 */
export function beginningOf(path: string, options: Asked): Beginning {
  const beginning = chosen(path, options);
  if (beginning === 'empty' && options.once)
    throw new CliError('a cluster that began with --empty waits for you: --once has no end to wait for');
  return beginning;
}

function chosen(path: string, { bootstrap, empty, inMemory }: Asked): Beginning {
  const asked = bootstrap ? 'bootstrap' : empty ? 'empty' : undefined;
  if (inMemory) return asked ?? 'sample';
  const file = join(path, 'beginning');
  const kept = all.find(one => one === read(file));
  if (asked && kept && asked !== kept)
    throw new CliError(
      `${path} began with ${kept === 'sample' ? 'the sample fleet' : `--${kept}`}: choose another --data-dir`,
    );
  const beginning = asked ?? kept ?? 'sample';
  if (beginning !== kept) writeFileSync(file, beginning);
  return beginning;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return ''; // the first start
  }
}
