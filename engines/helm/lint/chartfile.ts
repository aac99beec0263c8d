import { fromBytes, quote, typeName, type Value } from '@millrace/go-template';
import { parseVersion } from '@millrace/semver';
import { parseAll } from '@millrace/yaml';
import type { Maintainer, Metadata } from '../chart/chart.ts';
import { readMetadata, strictProblem } from '../chart/metadata.ts';
import { isTable, lookUp } from '../values/table.ts';
import { isEmail, isRequestUrl, isUrl } from './address.ts';
import { type LintReport, problemOf } from './message.ts';

const file = 'Chart.yaml';

/** The rules for Chart.yaml. */
export function lintChartfile(report: LintReport, files: ReadonlyMap<string, Uint8Array>): void {
  const data = files.get(file);
  const text = data === undefined ? '' : fromBytes(data);
  let metadata: Partial<Metadata> = {};
  const problem = problemOf(() => {
    if (data === undefined) throw new Error(`open ${file}: no such file or directory`);
    metadata = readMetadata(text, file);
  });
  const inside = problem?.replace(`cannot load ${file}: `, '');
  if (!report.check('ERROR', file, inside && `unable to parse YAML\n\t${inside}`)) return;
  const strict = strictProblem(text);
  report.check('WARNING', file, strict && `failed to strictly parse chart metadata file\n\t${strict}`);
  const written = parseAll(text, { duplicates: 'last' })[0] as Value;
  report.check('ERROR', file, nameProblem(metadata));
  report.check('ERROR', file, apiVersionProblem(metadata));
  report.check('ERROR', file, typeProblem(written, 'version'));
  report.check('ERROR', file, versionProblem(metadata));
  report.check('ERROR', file, typeProblem(written, 'appVersion'));
  report.check('ERROR', file, maintainersProblem(metadata.maintainers ?? []));
  report.check('ERROR', file, sourcesProblem(metadata.sources ?? []));
  report.check('INFO', file, metadata.icon ? undefined : 'icon is recommended');
  report.check('ERROR', file, iconProblem(metadata.icon));
  report.check('ERROR', file, kindProblem(metadata));
  report.check('ERROR', file, dependenciesProblem(metadata));
  report.check('WARNING', file, strictVersionProblem(metadata));
}

function nameProblem({ name }: Partial<Metadata>): string | undefined {
  if (!name) return 'name is required';
  return name.includes('/') ? `chart name ${quote(name)} is invalid` : undefined;
}

const must = 'The value must be either "v1" or "v2"';

function apiVersionProblem({ apiVersion }: Partial<Metadata>): string | undefined {
  if (!apiVersion) return `apiVersion is required. ${must}`;
  return apiVersion === 'v1' || apiVersion === 'v2'
    ? undefined
    : `apiVersion '${apiVersion}' is not valid. ${must}`;
}

function typeProblem(written: Value, key: string): string | undefined {
  const value = isTable(written) ? lookUp(written, key) : undefined;
  if (value === undefined || typeof value === 'string') return undefined;
  const type = value === null ? '<nil>' : typeName(value);
  return `${key} should be of type string but it's of type ${type}`;
}

function versionProblem({ version }: Partial<Metadata>): string | undefined {
  if (!version) return 'version is required';
  const parsed = parseVersion(version);
  if (parsed === undefined) return `version '${version}' is not a valid SemVer`;
  const isLeast = parsed.version === '0.0.0-0';
  return isLeast ? `version ${quote(version)} is less than or equal to "0.0.0-0"` : undefined;
}

const number = '(?:0|[1-9]\\d*)';
const identifier = '(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)';
const strictVersion = new RegExp(
  `^${number}\\.${number}\\.${number}(?:-${identifier}(?:\\.${identifier})*)?(?:\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*)?$`,
);

function strictVersionProblem({ version = '' }: Partial<Metadata>): string | undefined {
  return strictVersion.test(version) ? undefined : `version '${version}' is not a valid SemVerV2`;
}

function maintainersProblem(maintainers: (Maintainer | null)[]): string | undefined {
  for (const maintainer of maintainers) {
    if (maintainer === null) return 'a maintainer entry is empty';
    const { name, email, url } = maintainer;
    if (!name) return 'each maintainer requires a name';
    if (email && !isEmail(email)) return `invalid email '${email}' for maintainer '${name}'`;
    if (url && !isUrl(url)) return `invalid url '${url}' for maintainer '${name}'`;
  }
  return undefined;
}

function sourcesProblem(sources: string[]): string | undefined {
  const wrong = sources.find(source => !isRequestUrl(source));
  return wrong === undefined ? undefined : `invalid source URL '${wrong}'`;
}

function iconProblem(icon: string | undefined): string | undefined {
  return icon && !isRequestUrl(icon) ? `invalid icon URL '${icon}'` : undefined;
}

function kindProblem({ type, apiVersion = '' }: Partial<Metadata>): string | undefined {
  return type && apiVersion !== 'v2'
    ? `chart type is not valid in apiVersion '${apiVersion}'. It is valid in apiVersion 'v2'`
    : undefined;
}

function dependenciesProblem({ dependencies = [], apiVersion = '' }: Partial<Metadata>): string | undefined {
  return dependencies.length > 0 && apiVersion !== 'v2'
    ? `dependencies are not valid in the Chart file with apiVersion '${apiVersion}'. They are valid in apiVersion 'v2'`
    : undefined;
}
