import { limits } from '../limits.ts';
import { Problem } from '../sops-error.ts';
import { Branch, Comment, type Entry } from '../tree.ts';
import { plainText } from './plain-text.ts';

/** Lines of `NAME=value`, in which `\n` stands for a line break, and comments. No quotes: they are part of a value. */
export function readDotenv(text: string): Branch {
  const entries: (Entry | Comment)[] = [];
  const lines = text.split('\n');
  if (lines.length > limits.values)
    throw new Problem('limit', `the text has more than ${limits.values} lines`);
  lines.forEach((line, i) => {
    if (line === '') return;
    const sign = line.indexOf('=');
    if (line.startsWith('#')) entries.push(new Comment(line.slice(1)));
    else if (sign < 0)
      throw new Problem('format', `line ${i + 1}: invalid dotenv input line: it is no NAME=value`);
    else entries.push({ key: line.slice(0, sign), value: line.slice(sign + 1).replaceAll('\\n', '\n') });
  });
  return new Branch(entries);
}

const prefix = 'sops_';

/** Takes the entries whose names begin with `sops_` out of the text; their names come without that. */
export function takeFlatMetadata(branch: Branch): Branch {
  const taken: Entry[] = [];
  branch.entries = branch.entries.filter(entry => {
    if (entry instanceof Comment || !entry.key.startsWith(prefix)) return true;
    taken.push({ key: entry.key.slice(prefix.length), value: entry.value });
    return false;
  });
  if (taken.length === 0) throw new Problem('metadata', 'sops metadata not found');
  return new Branch(taken);
}

/** @throws Problem for a map or a list, which the format has not. */
export function writeDotenv(branch: Branch): Uint8Array {
  const parts: (string | Uint8Array)[] = [];
  for (const entry of branch.entries) {
    if (entry instanceof Comment) parts.push(`#${entry.text}\n`);
    else parts.push(`${entry.key}=`, ...line(entry), '\n');
  }
  return Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : part)));
}

function line({ key, value }: Entry): (string | Uint8Array)[] {
  if (typeof value === 'string') return [value.replaceAll('\n', '\\n')];
  // A byte that is a line break is one, whatever the others are.
  if (value instanceof Uint8Array)
    return [Buffer.from(Buffer.from(value).toString('latin1').replaceAll('\n', '\\n'), 'latin1')];
  const text = plainText(value);
  if (text === undefined)
    throw new Problem(
      'output',
      `cannot use complex value in dotenv file: ${JSON.stringify(key)} is a map or a list`,
    );
  return [text];
}
