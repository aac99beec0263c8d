import { matches, type Pattern, parsePattern } from './ignore-pattern.ts';
import { ArtifactError } from './limits.ts';

/** Files of version control, left out unless a rule takes them in. */
const versionControl = ['.git/', '.gitignore', '.gitmodules', '.gitattributes'];

/** Other files that an artifact leaves out where nobody says anything: Flux's defaults. */
const defaults = [
  '*.jpg',
  '*.jpeg',
  '*.gif',
  '*.png',
  '*.wmv',
  '*.flv',
  '*.tar.gz',
  '*.zip',
  '.github/',
  '.circleci/',
  '.travis.yml',
  '.gitlab-ci.yml',
  'appveyor.yml',
  '.drone.yml',
  'cloudbuild.yaml',
  'codeship-services.yml',
  'codeship-steps.yml',
  '**/.goreleaser.yml',
  '**/.sops.yaml',
  '**/.flux.yaml',
];

/** The file in a repository, in any folder, that says what to leave out. */
export const ignoreFile = '.sourceignore';

export interface IgnoreRules {
  /** `.sourceignore` files by path from the root. */
  files: Record<string, string>;
  /** The `ignore` of a source's spec. */
  spec?: string | undefined;
  /** False: nothing is left out but by these rules, as Flux has it for buckets. `always`: beside rules too. */
  defaults?: boolean | 'always' | undefined;
}

/** Rules against names that one artifact may cost: some ten seconds of a worker. */
const mostComparisons = 100_000_000;

/**
 * Which files, and folders (with a slash at the end), to leave out of an artifact. The order is Flux's: version control; then the `.sourceignore` files from
 * the root down, each for its own folder; spec.ignore last. The last rule that matches decides. The defaults hold only
 * where there is no rule at all. Throws ArtifactError when the rules take too long.
 */
export function ignores(rules: IgnoreRules): (path: string) => boolean {
  const folders = new Map<string, Layer>();
  let count = 0;
  for (const [path, text] of Object.entries(rules.files)) {
    const patterns = readPatterns(text);
    count += patterns.length;
    folders.set(path.slice(0, -ignoreFile.length), layerOf(patterns));
  }
  const own = readPatterns(rules.spec ?? '');
  const isRuled = count + own.length > 0 && rules.defaults !== 'always';
  const hidden = isRuled ? versionControl : [...versionControl, ...defaults];
  const first = rules.defaults === false ? [] : hidden;
  const bottom = layerOf(first.map(parsePattern));
  const top = layerOf(own);
  const budget: Budget = { left: mostComparisons };
  return path => {
    const isFolder = path.endsWith('/');
    const name = { parts: (isFolder ? path.slice(0, -1) : path).split('/'), isFolder };
    const said = decide(top, name, budget) ?? decideInFolders(folders, name, budget);
    return said ?? decide(bottom, name, budget) ?? false;
  };
}

function readPatterns(text: string): Pattern[] {
  return text
    .split('\n')
    .map(line => (line.endsWith('\r') ? line.slice(0, -1) : line))
    .filter(line => line.trim() !== '' && !line.startsWith('#'))
    .map(parsePattern);
}

/** The deepest folder with something to say decides. */
function decideInFolders(
  folders: Map<string, Layer>,
  { parts, isFolder }: Name,
  budget: Budget,
): boolean | undefined {
  if (folders.size === 0) return undefined;
  for (let depth = parts.length - 1; depth >= 0; depth--) {
    const layer = folders.get(
      parts
        .slice(0, depth)
        .map(part => `${part}/`)
        .join(''),
    );
    const said = layer && decide(layer, { parts: parts.slice(depth), isFolder }, budget);
    if (said !== undefined) return said;
  }
  return undefined;
}

/** The rules of one file. Those without wildcards are found by name: long lists are mostly of such. */
interface Layer {
  patterns: Pattern[];
  /** The last rule for a name anywhere, and for a path from the folder of the rules. */
  names: Map<string, Latest>;
  paths: Map<string, Latest>;
  /** Places in `patterns` of all other rules, the last first. */
  others: number[];
}

/** Places of the last rule, and of the last that a file meets as well as what lies in a folder. */
interface Latest {
  within: number;
  itself: number;
}

function layerOf(patterns: Pattern[]): Layer {
  const layer: Layer = { patterns, names: new Map(), paths: new Map(), others: [] };
  for (const [place, pattern] of patterns.entries()) {
    const literal = literalOf(pattern);
    if (literal === undefined) {
      if (!pattern.parts.some(({ kind }) => kind === 'never')) layer.others.push(place);
      continue;
    }
    const found = pattern.isPath ? layer.paths : layer.names;
    const before = found.get(literal) ?? { within: -1, itself: -1 };
    found.set(literal, { within: place, itself: pattern.folderOnly ? before.itself : place });
  }
  layer.others.reverse();
  return layer;
}

/** `name` or `path/of/names`; undefined where there is more to a rule. */
function literalOf({ parts, isPath }: Pattern): string | undefined {
  const names = (isPath && parts[0]?.kind === 'empty' ? parts.slice(1) : parts).map(part =>
    part.kind === 'literal' ? part.name : undefined,
  );
  return names.length > 0 && names.every(name => name !== undefined && name !== '')
    ? names.join('/')
    : undefined;
}

interface Name {
  parts: string[];
  isFolder: boolean;
}

interface Budget {
  left: number;
}

/** What the last rule that matches says: true to leave out. Undefined where none does. */
function decide(layer: Layer, name: Name, budget: Budget): boolean | undefined {
  let last = lastLiteral(layer, name);
  for (const place of layer.others) {
    if (place < last) break;
    const pattern = layer.patterns[place]!;
    budget.left -= name.parts.length * pattern.weight;
    if (budget.left < 0)
      throw new ArtifactError(
        `the ignore rules take more than ${mostComparisons} comparisons: use fewer rules with wildcards`,
      );
    if (!matches(pattern, name.parts, name.isFolder)) continue;
    last = place;
    break;
  }
  return last < 0 ? undefined : !layer.patterns[last]!.includes;
}

function lastLiteral({ names, paths }: Layer, { parts, isFolder }: Name): number {
  let last = -1;
  let path = '';
  for (const [i, name] of parts.entries()) {
    path = i === 0 ? name : `${path}/${name}`;
    const which = i === parts.length - 1 && !isFolder ? 'itself' : 'within';
    last = Math.max(last, names.get(name)?.[which] ?? -1, paths.get(path)?.[which] ?? -1);
  }
  return last;
}
