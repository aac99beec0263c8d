import { hostnameProblem, ipv4Problem, ipv6Problem } from '../schema/format-host.ts';
import { uriProblem } from '../schema/format-uri.ts';

/** Whether a text is an address of mail at a domain with a dot, as Helm's linter asks for. */
export function isEmail(text: string): boolean {
  return (
    /^[^\s@"(),:;<>[\\\]]+@(?:[^\s@.]+\.)+[^\s@.]{1,63}$/u.test(text) && !/(^|[^.])\.\.|^\.|\.@/.test(text)
  );
}

/** Whether a text is a URL with a scheme. */
export function isRequestUrl(text: string): boolean {
  return text !== '' && uriProblem(text) === undefined;
}

/** Whether a text is a URL, with or without a scheme, whose host is a domain with a dot, an address, or localhost. */
export function isUrl(text: string): boolean {
  if (text.length <= 3 || text.length >= 2083 || /\s/.test(text)) return false;
  const rest = /^(?:(?:ftp|tcp|udp|wss?|https?):\/\/)?(?:[^@/?#]*@)?(.*)$/i.exec(text)![1]!;
  const [, ipv6, name, port] = /^(?:\[([^\]]*)\]|([^/?#:]*))(?::(\d{1,5}))?(?:[/?#]|$)/.exec(rest) ?? [];
  if (port !== undefined && Number(port) > 65535) return false;
  if (ipv6 !== undefined) return ipv6Problem(ipv6) === undefined;
  if (name === undefined || name === '' || name.startsWith('.')) return false;
  if (name === 'localhost' || ipv4Problem(name) === undefined) return true;
  return name.includes('.') && hostnameProblem(name) === undefined;
}
