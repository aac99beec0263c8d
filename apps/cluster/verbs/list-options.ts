import { isTrue, wholeNumberIn } from '../api/request-path.ts';
import { type Cause, invalid } from '../api/status.ts';

/** What lists and watches ask for besides their selectors, as the query says it. */
export interface ListOptions {
  readonly resourceVersion: string;
  readonly match: string;
  /** At most this many; 0 for all. */
  readonly limit: number;
  readonly continue: string;
  readonly timeoutSeconds: number;
  /** Undefined where the query says nothing of it. */
  readonly sendInitialEvents: boolean | undefined;
}

/** Read the options of a list. Throws 400 and 422. */
export function listOptions(query: URLSearchParams): ListOptions {
  const options = readOptions(query);
  refuse([...listMatchProblems(options), ...initialEventsProblems(options)]);
  return options;
}

/** Read the options of a watch. Throws 400 and 422. */
export function watchOptions(query: URLSearchParams): ListOptions {
  const options = readOptions(query);
  const { sendInitialEvents, match } = options;
  const problems: Cause[] = [];
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan')
    problems.push(badMatch('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  if (match && sendInitialEvents === undefined)
    problems.push(
      badMatch('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'),
    );
  if (match && match !== 'NotOlderThan') problems.push(unsupportedMatch(match, '"NotOlderThan"'));
  // Without a version upstream lists first, for which it says so of every token.
  if (options.continue && (match || options.resourceVersion === ''))
    problems.push(badMatch('resourceVersionMatch is forbidden when continue is provided'));
  refuse(problems);
  return options;
}

function readOptions(query: URLSearchParams): ListOptions {
  const text = (name: string) => query.get(name) ?? '';
  return {
    resourceVersion: text('resourceVersion'),
    match: text('resourceVersionMatch'),
    limit: numberIn(query, 'limit'),
    continue: text('continue'),
    timeoutSeconds: numberIn(query, 'timeoutSeconds'),
    sendInitialEvents: query.has('sendInitialEvents') ? isTrue(query.get('sendInitialEvents')) : undefined,
  };
}

/** What counts; less than nothing counts as none. Throws 400. */
function numberIn(query: URLSearchParams, name: string): number {
  return Math.max(0, wholeNumberIn(query, name) ?? 0);
}

function listMatchProblems({ match, resourceVersion, continue: token }: ListOptions): Cause[] {
  if (!match) return [];
  const problems: Cause[] = [];
  if (resourceVersion === '')
    problems.push(badMatch('resourceVersionMatch is forbidden unless resourceVersion is provided'));
  if (token) problems.push(badMatch('resourceVersionMatch is forbidden when continue is provided'));
  if (match !== 'Exact' && match !== 'NotOlderThan')
    problems.push(unsupportedMatch(match, '"Exact", "NotOlderThan", ""'));
  if (match === 'Exact' && resourceVersion === '0')
    problems.push(badMatch('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  return problems;
}

function initialEventsProblems({ sendInitialEvents }: ListOptions): Cause[] {
  if (sendInitialEvents === undefined) return [];
  const message = 'Forbidden: sendInitialEvents is forbidden for list';
  return [{ reason: 'FieldValueForbidden', message, field: 'sendInitialEvents' }];
}

function badMatch(why: string): Cause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field: 'resourceVersionMatch' };
}

function unsupportedMatch(match: string, supported: string): Cause {
  const message = `Unsupported value: ${JSON.stringify(match)}: supported values: ${supported}`;
  return { reason: 'FieldValueNotSupported', message, field: 'resourceVersionMatch' };
}

function refuse(problems: readonly Cause[]): void {
  if (problems.length > 0)
    throw invalid({ group: 'meta.k8s.io', resource: '', kind: 'ListOptions' }, '', problems);
}
