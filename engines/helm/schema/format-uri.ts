import { quote } from '@millrace/go-template';
import { ipv6Problem } from './format-host.ts';

/** A URL as Go's net/url takes it apart, as far as formats ask. */
interface Parsed {
  scheme: string;
  path: string;
}

type Outcome = Parsed | { problem: string };

export function uriProblem(text: string): string | undefined {
  const parsed = parseUrl(text);
  if ('problem' in parsed) return parsed.problem;
  return parsed.scheme === '' ? 'relative url' : undefined;
}

export function uriReferenceProblem(text: string): string | undefined {
  if (text.includes('\\')) return 'contains \\';
  const parsed = parseUrl(text);
  return 'problem' in parsed ? parsed.problem : undefined;
}

/** RFC 6570, as far as braces go. */
export function uriTemplateProblem(text: string): string | undefined {
  const parsed = parseUrl(text);
  if ('problem' in parsed) return parsed.problem;
  for (const part of parsed.path.split('/')) {
    let open = false;
    for (const brace of part.replace(/[^{}]/g, '')) {
      if ((brace === '{') === open) return 'nested curly braces';
      open = !open;
    }
    if (open) return 'no matching closing brace';
  }
  return undefined;
}

/** The rules of net/url.Parse: https://pkg.go.dev/net/url#Parse */
function parseUrl(text: string): Outcome {
  const wrong = (problem: string) => ({ problem: `parse ${quote(text)}: ${problem}` });
  if (/[\0-\x1f\x7f]/.test(text)) return wrong('net/url: invalid control character in URL');
  const [beforeFragment, fragment = ''] = cut(text, '#');
  const inFragment = badEscape(fragment);
  if (inFragment !== undefined) return wrong(inFragment);
  if (beforeFragment.startsWith(':')) return wrong('missing protocol scheme');
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(beforeFragment)?.[1] ?? '';
  const rest = cut(scheme === '' ? beforeFragment : beforeFragment.slice(scheme.length + 1), '?')[0];
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { scheme, path: '' };
    if (rest.split('/')[0]!.includes(':')) return wrong('first path segment in URL cannot contain colon');
  }
  const hasHost = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  const authority = hasHost ? rest.slice(2).split('/')[0]! : '';
  const path = hasHost ? rest.slice(2 + authority.length) : rest;
  const problem = authorityProblem(authority) ?? badEscape(path);
  if (problem !== undefined) return wrong(problem);
  const inBrackets = /^[^[]*\[([^\]]*)\]/.exec(authority)?.[1];
  const address = inBrackets === undefined ? undefined : ipv6Problem(inBrackets);
  return address === undefined ? { scheme, path } : { problem: `invalid ipv6 address: ${address}` };
}

function cut(text: string, at: string): [string, string | undefined] {
  const index = text.indexOf(at);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

function badEscape(text: string): string | undefined {
  const found = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(text);
  return found ? `invalid URL escape ${quote(found[0])}` : undefined;
}

function authorityProblem(authority: string): string | undefined {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const user = authority.slice(0, Math.max(authority.lastIndexOf('@'), 0));
  if (/[^-._:~!$&'()*+,;=%@0-9A-Za-z]/u.test(user)) return 'net/url: invalid userinfo';
  if (host.startsWith('[') && !host.includes(']')) return "missing ']' in host";
  const port = host.slice(host.lastIndexOf(']') + 1);
  const colon = port.indexOf(':');
  if (colon >= 0 && !/^:\d*$/.test(port.slice(colon))) {
    return `invalid port ${quote(port.slice(colon))} after host`;
  }
  const character = /[ <>"\\^`{|}]/.exec(host)?.[0];
  return character === undefined ? badEscape(host) : `invalid character ${quote(character)} in host name`;
}
