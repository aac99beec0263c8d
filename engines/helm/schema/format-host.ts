import { quote } from '@millrace/go-template';

export function ipv4Problem(text: string): string | undefined {
  const groups = text.split('.');
  if (groups.length !== 4) return 'expected four decimals';
  for (const group of groups) {
    if (group.length > 1 && group.startsWith('0')) return 'leading zeros';
    if (!/^[-+]?\d+$/.test(group)) return `strconv.Atoi: parsing ${quote(group)}: invalid syntax`;
    if (!(Number(group) >= 0 && Number(group) <= 255)) return 'decimal must be between 0 and 255';
  }
  return undefined;
}

export function ipv6Problem(text: string): string | undefined {
  if (!text.includes(':')) return 'missing colon';
  const [address, zone] = text.split('%') as [string, string?];
  if (!isIpv6(address)) return `ParseAddr(${quote(text)}): unable to parse IP`;
  return zone === undefined ? undefined : 'zone id is not a part of ipv6 address';
}

/** Eight groups of up to four hexadecimal digits, `::` for some that are zero; the last two may be an IPv4 address. */
function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap(half => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1);
  const hasIpv4 = last?.includes('.') ?? false;
  if (hasIpv4 && ipv4Problem(groups.pop()!) !== undefined) return false;
  const size = groups.length + (hasIpv4 ? 2 : 0);
  return (
    groups.every(group => /^[0-9a-fA-F]{1,4}$/.test(group)) && (halves.length === 2 ? size < 8 : size === 8)
  );
}

/** RFC 1123 */
export function hostnameProblem(text: string): string | undefined {
  const name = text.replace(/\.$/, '');
  if (name.length > 253) return 'more than 253 characters long';
  for (const label of name.split('.')) {
    if (label.length < 1 || label.length > 63) return 'label must be 1 to 63 characters long';
    if (label.startsWith('-')) return 'label starts with hyphen';
    if (label.endsWith('-')) return 'label ends with hyphen';
    const wrong = /[^a-zA-Z0-9-]/u.exec(label);
    if (wrong) return invalid(wrong[0]);
  }
  return undefined;
}

function invalid(character: string): string {
  return `invalid character '${quote(character).slice(1, -1)}'`;
}

export function emailProblem(text: string): string | undefined {
  if (text.length > 254) return 'more than 255 characters long';
  const at = text.lastIndexOf('@');
  if (at < 0) return 'missing @';
  const local = text.slice(0, at);
  if (local.length > 64) return 'local part more than 64 characters long';
  return localProblem(local) ?? domainProblem(text.slice(at + 1));
}

function localProblem(local: string): string | undefined {
  if (/^".*"$/s.test(local)) {
    const isOpen = /[\\"]/.test(local.slice(1, -1));
    return isOpen ? 'backslash and quote are not allowed within quoted local part' : undefined;
  }
  if (local.startsWith('.')) return 'starts with dot';
  if (local.endsWith('.')) return 'ends with dot';
  if (local.includes('..')) return 'consecutive dots';
  const wrong = /[^a-zA-Z0-9.!#$%&'*+\-/=?^_`{|}~]/u.exec(local);
  return wrong ? invalid(wrong[0]) : undefined;
}

function domainProblem(domain: string): string | undefined {
  const [, inBrackets] = /^\[(.*)\]$/s.exec(domain) ?? [];
  const [kind, problem] =
    inBrackets === undefined
      ? ['domain', hostnameProblem(domain)]
      : inBrackets.startsWith('IPv6:')
        ? ['ipv6 address', ipv6Problem(inBrackets.slice(5))]
        : ['ipv4 address', ipv4Problem(inBrackets)];
  return problem && `invalid ${kind}: ${problem}`;
}
