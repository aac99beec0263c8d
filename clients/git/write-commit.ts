import { git } from './run.ts';

/** A file whose content is another in a commit. */
export interface FileChange {
  path: string;
  executable: boolean;
  content: Uint8Array;
}

export interface NewCommit {
  /** Undefined for the first commit of a history. */
  parent: string | undefined;
  files: FileChange[];
  author: { name: string; email: string };
  when: Date;
  message: string;
  /** An armored signature of the commit as it is without one. */
  sign?: ((commit: Uint8Array) => Promise<string>) | undefined;
}

const draft = 'refs/millrace/draft';

/**
 * Write a commit into a local copy, without a work tree: only the trees above changed files are read and written.
 * Returns its name.
 */
export async function writeCommit(path: string, commit: NewCommit, signal: AbortSignal): Promise<string> {
  const what = 'unable to commit';
  const run = async (args: string[], input?: Uint8Array) =>
    (await git({ args: ['-C', path, ...args], what, input, signal })).toString('utf8').trim();
  await run(['fast-import', '--quiet', '--force', '--done'], drafted(commit));
  const tree = await run(['rev-parse', '--verify', `${draft}^{tree}`]);
  return run(['hash-object', '-t', 'commit', '-w', '--stdin'], await commitObject(tree, commit));
}

/** A commit of the files, for its trees: how git-fast-import is told of one. */
function drafted({ parent, files }: NewCommit): Buffer {
  const from = parent === undefined ? '' : `from ${parent}\n`;
  const head = `commit ${draft}\ncommitter draft <draft> 0 +0000\ndata 0\n${from}`;
  const changes = files.flatMap(({ path, executable, content }) => [
    Buffer.from(`M ${executable ? '100755' : '100644'} inline ${quoted(path)}\ndata ${content.byteLength}\n`),
    content,
    Buffer.from('\n'),
  ]);
  return Buffer.concat([Buffer.from(head), ...changes, Buffer.from('done\n')]);
}

const quoted = (path: string) => `"${path.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;

async function commitObject(tree: string, commit: NewCommit): Promise<Buffer> {
  const { parent, author, when, message, sign } = commit;
  const seconds = Math.floor(when.getTime() / 1000);
  const who = `${named(author.name)} <${named(author.email)}> ${seconds} +0000`;
  const before = parent === undefined ? '' : `parent ${parent}\n`;
  const headers = `tree ${tree}\n${before}author ${who}\ncommitter ${who}\n`;
  // No object holds the end of a text of C.
  const body = `\n${message.replaceAll('\0', '')}`;
  const plain = Buffer.from(headers + body);
  if (!sign) return plain;
  const signature = (await sign(plain)).trimEnd().replaceAll('\r', '').replaceAll('\n', '\n ');
  return Buffer.from(`${headers}gpgsig ${signature}\n${body}`);
}

/** A name in a header ends at these. */
const named = (text: string) => text.replace(/[<>\n\r\0]/g, '');
