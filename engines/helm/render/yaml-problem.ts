import type { YamlError } from '@millrace/yaml';

/**
 * Who finds a fault in libyaml, which decides how Go counts its line: the scanner from 1, the parser from 0, and what
 * comes after them knows none.
 */
type Finder = 'scanner' | 'parser' | 'none';

/** Where libyaml stands when it finds the fault: where ours does, at the next line of text, or at the end. */
type Place = 'here' | 'next' | 'end';

type Wording = readonly [ours: RegExp, go: string, finder: Finder, place?: Place];

/** What libyaml says where our reader says the other. */
const wordings: readonly Wording[] = [
  [/^a mapping cannot start here/, 'mapping values are not allowed in this context', 'scanner'],
  [/^a tab cannot indent/, 'found character that cannot start any token', 'scanner'],
  [/^a value cannot start with [\]},]/, 'did not find expected node content', 'parser'],
  [/^a value cannot start with/, 'found character that cannot start any token', 'scanner'],
  [/^a list cannot start on/, 'block sequence entries are not allowed in this context', 'scanner'],
  [/^a (double|single)-quoted string is not/, 'found unexpected end of stream', 'scanner', 'end'],
  [/^a document ends inside/, 'found unexpected document indicator', 'scanner'],
  [/^a key is not followed/, "could not find expected ':'", 'scanner', 'next'],
  [/^a block scalar starts on/, 'did not find expected comment or line break', 'scanner'],
  [/is no escape in/, 'found unknown escape character', 'scanner'],
  [/needs \d+ hexadecimal/, 'did not find expected hexdecimal number', 'scanner'],
  [/^control characters/, 'control characters are not allowed', 'none'],
  [/^a list item stands among|^a value has two/, 'did not find expected key', 'parser'],
  [/^the line goes on after/, 'did not find expected key', 'parser'],
  [/^\[ is not closed/, "did not find expected ',' or ']'", 'parser', 'end'],
  [/^\{ is not closed/, "did not find expected ',' or '}'", 'parser', 'end'],
  [/^"," or "(.)" is missing/, "did not find expected ',' or '$1'", 'parser'],
  [/^a value is missing before/, 'did not find expected node content', 'parser'],
  [/^the anchor of an alias is not defined/, "unknown anchor '$1' referenced", 'none'],
  [/^<< needs a map/, 'map merge requires map or sequence of maps as the value', 'none'],
];

/**
 * A fault in a YAML text as Go's reader words it, with the line that Go names, which is often off by one; or in our own
 * words if there are none for it.
 */
export function goYamlProblem(error: YamlError, text: string): string {
  const found = wordingOf(error, text);
  if (!found) return `yaml: line ${error.line}: ${error.problem}`;
  const [ours, go, finder, place = 'here'] = found;
  // The pattern may match a part of our problem only.
  const match = ours.exec(error.problem)!;
  const words = go.replace('$1', () => match[1] ?? aliasAt(error, text));
  const line = lineOf(error, text, place);
  if (finder === 'none' || line === 1) return `yaml: ${words}`;
  return `yaml: line ${finder === 'scanner' ? line : line - 1}: ${words}`;
}

/** The name of the alias at which a fault stands. */
function aliasAt({ line, column }: YamlError, text: string): string {
  const rest = text.split('\n')[line - 1]?.slice(column - 1) ?? '';
  return /^\*([\w-]+)/.exec(rest)?.[1] ?? '';
}

function wordingOf({ problem, line, column }: YamlError, text: string): Wording | undefined {
  if (/^the indentation of this line/.test(problem))
    return [
      /^/,
      isInList(text, line, column) ? "did not find expected '-' indicator" : 'did not find expected key',
      'parser',
    ];
  return wordings.find(([ours]) => ours.test(problem));
}

/** Whether the nearest line above that is not indented deeper belongs to a list. */
function isInList(text: string, line: number, column: number): boolean {
  const above = text.split('\n').slice(0, line - 1);
  const holder = above.findLast(other => /\S/.test(other) && other.search(/\S/) < column);
  return /^\s*-(\s|$)/.test(holder ?? '');
}

function lineOf(error: YamlError, text: string, place: Place): number {
  if (place === 'here') return error.line;
  const lines = text.split('\n');
  if (place === 'next') {
    const next = lines.findIndex((line, index) => index >= error.line && /^\s*[^#\s]/.test(line));
    if (next >= 0) return next + 1;
  }
  const isOpen = lines.at(-1) !== '';
  const isParser = place === 'end' && /is not closed by/.test(error.problem);
  return lines.length + (isOpen && (place === 'next' || isParser) ? 1 : 0);
}
