/** A commit or a tag, in two parts. */
export interface SignedObject {
  /** What was signed. */
  payload: Buffer;
  /** Empty where there is none. */
  signature: string;
}

const newline = 0x0a;

/**
 * The header `gpgsig`, whose further lines begin with a space, is what was added to a commit when it was signed:
 * https://git-scm.com/docs/signature-format. Of two signatures none counts. Commits named by SHA-256 have theirs under
 * another header.
 */
export function signatureOfCommit(
  commit: Uint8Array,
  header: 'gpgsig' | 'gpgsig-sha256' = 'gpgsig',
): SignedObject {
  const bytes = Buffer.from(commit.buffer, commit.byteOffset, commit.byteLength);
  const kept: Buffer[] = [];
  const found: string[] = [];
  let isSignature = false;
  let at = 0;
  while (at < bytes.length && bytes[at] !== newline) {
    const end = endOfLine(bytes, at);
    const line = bytes.subarray(at, end);
    const isMore = line[0] === 0x20;
    if (!isMore) isSignature = line.subarray(0, header.length + 1).equals(Buffer.from(`${header} `));
    if (!isSignature) kept.push(line);
    else if (isMore) found[found.length - 1] += line.toString('latin1', 1);
    else found.push(line.toString('latin1', header.length + 1));
    at = end;
  }
  kept.push(bytes.subarray(at));
  return { payload: Buffer.concat(kept), signature: found.length === 1 ? found[0]! : '' };
}

const beginnings = [
  '-----BEGIN PGP SIGNATURE-----',
  '-----BEGIN PGP MESSAGE-----',
  '-----BEGIN SSH SIGNATURE-----',
  '-----BEGIN SIGNED MESSAGE-----',
];

/** That of a tag stands at the end of its message, from the last line on that begins one. */
export function signatureOfTag(tag: Uint8Array): SignedObject {
  const bytes = Buffer.from(tag.buffer, tag.byteOffset, tag.byteLength);
  const starts = beginnings.map(text => lastLine(bytes, text));
  const start = Math.max(...starts);
  if (start < 0) return { payload: bytes, signature: '' };
  return { payload: bytes.subarray(0, start), signature: bytes.toString('latin1', start) };
}

/** Where the last line begins that begins so; -1 where none does. */
function lastLine(bytes: Buffer, text: string): number {
  const at = bytes.lastIndexOf(`\n${text}`);
  return at < 0 ? -1 : at + 1;
}

function endOfLine(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(newline, from);
  return end < 0 ? bytes.length : end + 1;
}
