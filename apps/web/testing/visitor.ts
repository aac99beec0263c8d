import { request } from 'node:http';

/** A browser as far as a server sees one: it keeps cookies, of each server apart, and goes where it is sent. */
export interface Visitor {
  /** Those of a server, by name. */
  cookies(origin: string): Map<string, string>;
  /** One request, with the cookies of that server. */
  ask(address: string, init?: Asking): Promise<Response>;
  /** The same, and on to where answers lead. */
  go(address: string): Promise<Response>;
}

interface Asking {
  method?: string;
  headers?: Record<string, string> | Headers;
  body?: string;
  signal?: AbortSignal;
}

/**
 * @param places where servers really are, by their origins
 * @param always headers of every request
 */
export function visitor(places: Record<string, string>, always: Record<string, string> = {}): Visitor {
  const jars = new Map<string, Map<string, string>>();
  const cookies = (origin: string) => {
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    return jar;
  };
  const ask = async (address: string, init: Asking = {}) => {
    const { origin, host } = new URL(address);
    const jar = cookies(origin);
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(always)) if (!headers.has(name)) headers.set(name, value);
    if (!headers.has('host')) headers.set('host', host);
    if (!headers.has('cookie') && jar.size > 0)
      headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const answer = await send(address.replace(origin, places[origin] ?? origin), { ...init, headers });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  };
  return {
    cookies,
    ask,
    async go(address) {
      let at = address;
      for (let i = 0; i < 20; i++) {
        const answer = await ask(at);
        const to = answer.headers.get('location');
        if (to === null) return answer;
        at = new URL(to, at).href;
      }
      throw new Error(`${address} leads nowhere`);
    },
  };
}

/** As fetch does, which sends no name of a server but that of the address, and no path that it has not tidied up. */
function send(place: string, { method = 'GET', headers, body, signal }: Asking): Promise<Response> {
  const { origin, hostname, port } = new URL(place);
  const path = place.slice(origin.length) || '/';
  const options = { hostname, port, path, method, headers: Object.fromEntries(new Headers(headers)) };
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, ...(signal ? { signal } : {}) }, answer => {
      const told = new Headers();
      for (let i = 0; i < answer.rawHeaders.length; i += 2)
        told.append(answer.rawHeaders[i]!, answer.rawHeaders[i + 1]!);
      const content = ReadableStream.from<Uint8Array>(answer);
      resolve(new Response(content, { status: answer.statusCode ?? 0, headers: told }));
    });
    sent.once('error', reject).end(body);
  });
}
