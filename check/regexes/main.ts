import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { exceptions } from './exceptions.ts';
import { type Found, findRegexes } from './find.ts';
import { judge, type Verdict } from './judge.ts';

/**
 * Fails on every regular expression in the sources whose matching may take more than linear time, unless the list of
 * exceptions says why that is no harm.
 */
const cacheFile = 'node_modules/.cache/millrace/regexes.json';

interface Place extends Found {
  file: string;
}

function sources(): string[] {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
    encoding: 'utf8',
  });
  return files
    .split('\n')
    .filter(file => file !== '' && !/\.test\.ts$|(?:^|\/)(?:golden|testdata)\//.test(file));
}

function readCache(): Map<string, Verdict> {
  try {
    return new Map(JSON.parse(readFileSync(cacheFile, 'utf8')) as [string, Verdict][]);
  } catch {
    return new Map();
  }
}

function writeCache(known: ReadonlyMap<string, Verdict>): void {
  mkdirSync('node_modules/.cache/millrace', { recursive: true });
  writeFileSync(cacheFile, JSON.stringify([...known]));
}

/** What could not be judged before is tried again, unless an exception stands for it. */
function verdictOf({ pattern, flags }: Found, known: Map<string, Verdict>, isException: boolean): Verdict {
  if (pattern === undefined) return { safe: false, why: 'it is put together while the program runs' };
  const key = `/${pattern}/${flags}`;
  const before = known.get(key);
  if (before !== undefined && (isException || !before.unjudged)) return before;
  const verdict = judge(pattern, flags);
  known.set(key, verdict);
  return verdict;
}

const places: Place[] = sources().flatMap(file =>
  findRegexes(readFileSync(file, 'utf8')).map(found => ({ ...found, file })),
);
const known = readCache();
const unused = new Set(exceptions);
const problems: string[] = [];
for (const place of places) {
  const exception = exceptions.find(one => one.file === place.file && one.text === place.text);
  const verdict = verdictOf(place, known, exception !== undefined);
  if (verdict.safe) continue;
  if (exception !== undefined) unused.delete(exception);
  else problems.push(`${place.file}:${place.line}: ${place.text}\n  ${verdict.why}`);
}
for (const { file, text } of unused) problems.push(`${file}: the exception for ${text} is needed no more`);
writeCache(known);
for (const problem of problems) console.error(problem);
console.log(
  `${places.length} regular expressions, ${problems.length} problems, ${exceptions.length} exceptions`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
