import { Problem } from '../sops-error.ts';
import { Branch, List, Timestamp, type Value } from '../tree.ts';

/** A JSON text as SOPS prints it: indented by tabs, without comments, with the escapes of Go. */
export function writeJson(branch: Branch): string {
  return `${write(branch, '\n')}\n`;
}

/** `line`: a line break and the indentation of the line on which the value starts. */
function write(value: Value, line: string): string {
  if (value instanceof Branch) {
    const inner = `${line}\t`;
    return inBrackets(
      '{}',
      line,
      value.pairs.map(entry => `${quote(entry.key)}: ${write(entry.value, inner)}`),
    );
  }
  if (value instanceof List) {
    const inner = `${line}\t`;
    return inBrackets(
      '[]',
      line,
      value.values.map(item => write(item, inner)),
    );
  }
  return scalar(value);
}

function inBrackets(brackets: string, line: string, items: string[]): string {
  return items.length === 0
    ? brackets
    : `${brackets[0]}${line}\t${items.join(`,${line}\t`)}${line}${brackets[1]}`;
}

function scalar(value: Exclude<Value, Branch | List>): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return float(value);
  if (value instanceof Timestamp) return quote(value.text);
  return quote(typeof value === 'string' ? value : new TextDecoder().decode(value));
}

/** What Go's encoding/json escapes so that a text can stand in HTML, and otherwise than JSON.stringify. */
const escapes: Record<string, string> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

function quote(text: string): string {
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, character => escapes[character]!);
}

/** The shortest digits; an exponent below 1e-6 and from 1e21 on, as in JavaScript. */
function float(value: number): string {
  if (!Number.isFinite(value)) throw new Problem('output', 'JSON has no infinity and no not-a-number');
  return Object.is(value, -0) ? '-0' : String(value);
}
