import ignore from 'ignore';

/** Git's own files, left out whatever spec.ignore says. */
const gitPatterns = ['.git/', '.gitignore', '.gitmodules', '.gitattributes'];

/** Other files that no artifact holds unless the repository says otherwise: Flux's defaults. */
const defaultPatterns = [
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

/** The file in a repository, in any folder, that says what to leave out, in the syntax of .gitignore. */
export const ignoreFile = '.sourceignore';

export interface IgnoreRules {
  /** `.sourceignore` files by path from the root. */
  files: Record<string, string>;
  /** The `ignore` of a source's spec. It stands in for the defaults, and files below the root still count. */
  spec?: string | undefined;
}

/**
 * Which paths to leave out of an artifact. The order is Flux's: the defaults, unless spec.ignore takes their place;
 * then the `.sourceignore` files from the root down, each for its own folder; spec.ignore last.
 */
export function ignores(rules: IgnoreRules): (path: string) => boolean {
  const folders = Object.entries(rules.files)
    .map(([path, text]) => ({ folder: path.slice(0, -ignoreFile.length), text }))
    .sort((a, b) => a.folder.length - b.folder.length);
  const filter = ignore({ allowRelativePaths: false, ignorecase: false });
  filter.add(gitPatterns);
  if (rules.spec === undefined) filter.add(defaultPatterns);
  for (const { folder, text } of folders) filter.add(patternsBelow(folder, text));
  if (rules.spec !== undefined) filter.add(rules.spec);
  return path => filter.ignores(path);
}

/** The patterns of a file in a folder, as they read from the root. */
function patternsBelow(folder: string, text: string): string[] {
  const lines = text.split(/\r?\n/).filter(line => line.trim() !== '' && !line.startsWith('#'));
  if (folder === '') return lines;
  return lines.map(line => {
    const negated = line.startsWith('!');
    const pattern = negated ? line.slice(1) : line;
    const anchored = pattern.replace(/\/$/, '').includes('/');
    const rest = anchored ? pattern.replace(/^\//, '') : `**/${pattern}`;
    return `${negated ? '!' : ''}/${folder}${rest}`;
  });
}
