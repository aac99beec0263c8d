import { inOrderOfWalk } from '@millrace/artifact/files';
import { RE2JS } from 're2js';
import { ComposeError } from './compose-error.ts';
import type { Output, Request } from './output.ts';

/** What one pattern may come to: an artifact each, and a line of the status. */
const mostRequests = 5000;

/**
 * The artifacts of spec.artifacts, for each folder of the source that spec.pathPattern matches. Captured values are in
 * lower case where they become names and labels, and as they are in paths. Throws ComposeError.
 * @param foldersOf the folders of a source by its alias; undefined where there is no such source
 */
export function requestsOf(
  outputs: Output[],
  pathPattern: string | undefined,
  foldersOf: (alias: string) => Iterable<string> | undefined,
): Request[] {
  if (!pathPattern) return outputs.map(output => ({ ...output, labels: {} }));
  const slash = pathPattern.indexOf('/');
  const alias = pathPattern.slice(1, slash);
  const told = new Pattern(pathPattern);
  const folders = foldersOf(alias);
  if (!folders) throw told.problem(`source alias ${alias} not found in local sources`);
  const { names, match } = told.compiled(pathPattern.slice(slash + 1));
  const requests: Request[] = [];
  const owners = new Map<string, string>();
  for (const { path } of inOrderOfWalk([...folders].map(path => ({ path })))) {
    const found = match(path);
    if (!found) continue;
    const captured = new Map(names.map((name, i) => [name, found[i]!]));
    const labels = new Map([...captured].map(([name, value]) => [name, value.toLowerCase()]));
    for (const [name, value] of labels)
      if (!isLabelValue(value))
        throw told.problem(
          `captured value ${JSON.stringify(value)} for variable "${name}" is not a valid Kubernetes label value: up to 63 letters, digits, '-', '_' and '.', of which the first and the last are letters or digits`,
        );
    for (const output of outputs) {
      const request = told.render(output, path, labels, captured);
      if (!isObjectName(request.name))
        throw told.problem(
          `rendered artifact name ${JSON.stringify(request.name)} is not a valid Kubernetes object name: up to 253 small letters, digits, '-' and '.', of which the first and the last are letters or digits`,
        );
      const other = owners.get(request.name);
      if (other !== undefined)
        throw told.problem(
          `directories "${other}" and "${path}" both resolve to artifact name "${request.name}"`,
        );
      owners.set(request.name, path);
      requests.push(request);
      if (requests.length > mostRequests)
        throw told.problem(`it comes to more than ${mostRequests} artifacts`);
    }
  }
  return requests;
}

const captureName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A pattern, and what is said of it. */
class Pattern {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  problem(what: string): ComposeError {
    return new ComposeError(`pathPattern ${JSON.stringify(this.#text)}: ${what}`, { isTerminal: true });
  }

  compiled(pattern: string): { names: string[]; match(path: string): string[] | undefined } {
    const names: string[] = [];
    let source = '';
    const missing = (where: string, which: string) => `invalid capture ${where}: missing ${which} brace`;
    for (const part of this.#parts(pattern, what => this.problem(what), missing)) {
      if (typeof part === 'string') {
        source += RE2JS.quote(part);
        continue;
      }
      if (names.includes(part.name)) throw this.problem(`duplicate capture variable "${part.name}"`);
      if (!isLabelValue(part.name))
        throw this.problem(`capture variable "${part.name}" is not a valid Kubernetes label key`);
      names.push(part.name);
      source += '([^/]+)';
    }
    const regex = RE2JS.compile(source);
    return {
      names,
      match(path) {
        const matcher = regex.matcher(path);
        return matcher.matches() ? names.map((_, i) => matcher.group(i + 1) ?? '') : undefined;
      },
    };
  }

  render(
    output: Output,
    path: string,
    labels: ReadonlyMap<string, string>,
    captured: ReadonlyMap<string, string>,
  ): Request {
    const text = (template: string, values: ReadonlyMap<string, string>) => {
      const problem = (what: string) =>
        this.problem(
          `failed to render artifact ${output.name} for match ${path}: invalid template ${JSON.stringify(template)}: ${what}`,
        );
      return this.#parts(template, problem)
        .map(part => {
          if (typeof part === 'string') return part;
          const value = values.get(part.name);
          if (value === undefined)
            throw problem(`capture variable "${part.name}" is not defined by pathPattern`);
          return value;
        })
        .join('');
    };
    return {
      ...output,
      name: text(output.name, labels),
      copy: output.copy.map(one => ({ ...one, from: text(one.from, captured), to: text(one.to, captured) })),
      labels: Object.fromEntries(labels),
    };
  }

  /** Text, and what stands in braces. */
  #parts(
    text: string,
    problem: (what: string) => ComposeError,
    missing = (where: string, which: string) => `capture ${where} is missing ${which} brace`,
  ): (string | { name: string })[] {
    const parts: (string | { name: string })[] = [];
    let plain = '';
    for (let at = 0; at < text.length; at++) {
      const sign = text[at]!;
      if (sign === '}') throw problem(missing(`ending at offset ${at}`, 'opening'));
      if (sign !== '{') {
        plain += sign;
        continue;
      }
      const end = text.indexOf('}', at);
      if (end < 0) throw problem(missing(`starting at offset ${at}`, 'closing'));
      const name = text.slice(at + 1, end);
      if (name === '') throw problem('empty capture variable');
      if (!captureName.test(name))
        throw problem(
          `capture variable "${name}" must be a valid capture name matching [A-Za-z_][A-Za-z0-9_]*`,
        );
      parts.push(plain, { name });
      plain = '';
      at = end;
    }
    return [...parts, plain];
  }
}

export function isLabelValue(value: string): boolean {
  return (
    value.length <= 63 && (value === '' || /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(value))
  );
}

/** An RFC 1123 subdomain. */
export function isObjectName(name: string): boolean {
  const isLabel = (label: string) => /^[a-z0-9](?:[-a-z0-9]{0,252})$/.test(label) && !label.endsWith('-');
  return name.length <= 253 && name.split('.').every(isLabel);
}
