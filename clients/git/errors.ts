import { printable, withoutCredentials, withoutSecrets } from '@millrace/plain-text';

/** Why git could not do what was asked. */
export type GitFailure =
  | 'authentication'
  | 'not found'
  | 'unreachable'
  | 'reference'
  /** Somebody else has changed the reference meanwhile that was to be pushed. */
  | 'outrun'
  | 'limit'
  /** To another URL, where nobody asked it to follow. */
  | 'moved'
  /** By us: what was asked for is not done. */
  | 'refused'
  | 'other';

export class GitError extends Error {
  override readonly name = 'GitError';
  readonly failure: GitFailure;

  constructor(failure: GitFailure, message: string, options?: ErrorOptions) {
    super(printable(withoutCredentials(message)), options);
    this.failure = failure;
  }
}

const signs: [GitFailure, RegExp][] = [
  [
    'outrun',
    /! \[rejected\]|\((?:cannot lock ref|failed to update ref|reference already exists|incorrect old value)/i,
  ],
  ['moved', /returned error: 30[12378]|unable to update url base from redirection/i],
  [
    'authentication',
    /authentication failed|could not read (username|password)|invalid credentials|returned error: 40[13]|access denied/i,
  ],
  ['reference', /couldn't find remote ref|not our ref|unadvertised object/i],
  [
    'not found',
    /' not found|repository not found|returned error: 404|does not appear to be a git repository/i,
  ],
  [
    'unreachable',
    /could not resolve host|failed to connect|connection (refused|reset|timed out)|certificate|ssl|tls|couldn't connect|empty reply|returned error: 5\d\d/i,
  ],
];

/** What git wrote to standard error, as an error that names the repository. No credentials are left in it. */
export function gitError(what: string, stderr: string, secrets: (string | undefined)[] = []): GitError {
  const text = withoutSecrets(withoutCredentials(stderr), secrets);
  const lines = text
    .split(/[\r\n]+/)
    .map(line => line.replace(/^(fatal|error|remote|warning): ?/i, '').trim());
  const message = lines
    .filter(line => line !== '' && !line.startsWith('hint:'))
    .slice(0, 4)
    .map(line => line.slice(0, 1024))
    .join('; ');
  const failure = signs.find(([, sign]) => sign.test(text))?.[0] ?? 'other';
  return new GitError(failure, `${what}: ${message || 'git failed without a word'}`);
}
