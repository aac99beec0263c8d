/** The four or sixteen bytes of an IP address as Go's net.ParseIP takes it; undefined for anything else. */
export function ipBytes(text: string): Buffer | undefined {
  const bytes = text.includes(':') ? version6(text) : version4(text);
  if (bytes === undefined) return undefined;
  const isMapped = bytes.length === 16 && /^0{20}ffff/.test(bytes.toString('hex'));
  return isMapped ? bytes.subarray(12) : bytes;
}

function version4(text: string): Buffer | undefined {
  const parts = text.split('.');
  const isGood =
    parts.length === 4 && parts.every(part => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return isGood ? Buffer.from(parts.map(Number)) : undefined;
}

function version6(text: string): Buffer | undefined {
  const [before = '', after, extra] = text.split('::');
  if (extra !== undefined) return undefined;
  const [head, tail] = [groups(before, after === undefined), groups(after ?? '', true)];
  if (!head || !tail) return undefined;
  const missing = 16 - head.length - tail.length;
  if (after === undefined ? missing !== 0 : missing < 2) return undefined;
  return Buffer.concat([head, Buffer.alloc(missing), tail]);
}

/** Groups of four digits; the last two may be an address of version 4. */
function groups(text: string, isEnd: boolean): Buffer | undefined {
  if (text === '') return Buffer.alloc(0);
  const parts = text.split(':');
  const bytes = parts.map((part, at) => {
    if (isEnd && at === parts.length - 1 && part.includes('.')) return version4(part);
    return /^[0-9a-fA-F]{1,4}$/.test(part) ? Buffer.from(part.padStart(4, '0'), 'hex') : undefined;
  });
  return bytes.every(part => part !== undefined) ? Buffer.concat(bytes) : undefined;
}
