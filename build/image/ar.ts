/** A file is not the archive that its name promises. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

const magic = '!<arch>\n';
const headerSize = 60;

/** The members of an ar archive, by name, which is what a .deb is (deb(5)). Throws ArchiveError. */
export function readAr(bytes: Buffer): Map<string, Buffer> {
  if (bytes.toString('latin1', 0, magic.length) !== magic) throw new ArchiveError('this is no ar archive');
  const members = new Map<string, Buffer>();
  for (let at = magic.length; at < bytes.length; ) {
    const header = bytes.toString('latin1', at, at + headerSize);
    const [, name, digits] = /^(.{16}).{32}(\d+) *`\n$/s.exec(header) ?? [];
    if (name === undefined) throw new ArchiveError(`a broken header of an ar archive at byte ${at}`);
    const [start, size] = [at + headerSize, Number(digits)];
    if (start + size > bytes.length) throw new ArchiveError(`the ar archive ends inside ${name.trim()}`);
    members.set(name.trim().replace(/\/$/, ''), bytes.subarray(start, start + size));
    at = start + size + (size % 2);
  }
  return members;
}
