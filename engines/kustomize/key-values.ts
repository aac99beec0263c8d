import { isUtf8 } from 'node:buffer';
import { BuildError } from './build-error.ts';
import { baseName } from './file-tree.ts';
import type { GeneratorArgs } from './generator-args.ts';

/** Reads a file that a generator names; throws BuildError if there is none. */
export type ReadFile = (path: string) => Uint8Array;

/** The data of a generated ConfigMap or Secret: env files, literals and files, in upstream's order. */
export function loadKeyValues(args: GeneratorArgs, read: ReadFile): Map<string, Uint8Array> {
  const data = new Map<string, Uint8Array>();
  const add = (key: string, value: Uint8Array, name = `the key ${key}`): void => {
    if (data.has(key)) throw new BuildError(`${name} is given twice`);
    data.set(key, value);
  };
  for (const path of args.envs) {
    // A line without "=" is a key to kustomize, and may be a secret: not the key is told, but where it stands.
    for (const { key, value, line } of envLines(read(path), path))
      add(key, utf8(value), `the key in line ${line} of ${path}`);
  }
  for (const literal of args.literals) {
    const [key, value] = splitLiteral(literal);
    add(key, utf8(value));
  }
  for (const source of args.files) {
    const { key, path } = splitFileSource(source);
    add(key, read(path));
  }
  return data;
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** `key=value`, the value without quotes around it. */
function splitLiteral(literal: string): [string, string] {
  const equals = literal.indexOf('=');
  // The value may be a secret: only the key is named.
  if (equals < 1) throw new BuildError('a literal must have the form key=value');
  return [literal.slice(0, equals), unquote(literal.slice(equals + 1))];
}

function unquote(value: string): string {
  const quote = value[0];
  if (value.length < 2 || (quote !== '"' && quote !== "'") || value.at(-1) !== quote) return value;
  return value.slice(1, -1);
}

/** `path` (its last part is the key) or `key=path`. */
function splitFileSource(source: string): { key: string; path: string } {
  const parts = source.split('=');
  if (parts.length === 1) return { key: baseName(source), path: source };
  const [key, path] = parts;
  // Somebody may have written a literal here: nothing of it is told.
  if (parts.length > 2) throw new BuildError('an entry of files has more than one =');
  if (!key) throw new BuildError('an entry of files has no key before the =');
  if (!path) throw new BuildError('an entry of files has no path behind the =');
  return { key, path };
}

interface EnvLine {
  key: string;
  value: string;
  /** Counted from 1. */
  line: number;
}

function* envLines(content: Uint8Array, path: string): Generator<EnvLine> {
  if (!isUtf8(content)) throw new BuildError('an env file must be UTF-8', { file: path });
  const lines = new TextDecoder().decode(content).split('\n');
  for (const [i, raw] of lines.entries()) {
    const line = raw.replace(/\r$/, '').trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    const key = equals < 0 ? line : line.slice(0, equals);
    if (key === '') continue;
    // A name without "=" has an empty value.
    yield { key, value: equals < 0 ? '' : line.slice(equals + 1), line: i + 1 };
  }
}
