import { isObject, type Json } from '@millrace/json';
import { RegistryError } from './errors.ts';
import { type Answer, readBody } from './exchange.ts';

/** Of a repository, and of one page in bytes. */
const mostTags = 200_000;
const mostPages = 1000;
const largestPage = 4 * 2 ** 20;

/** All tags of a repository, page by page (distribution-spec, "Listing Tags"). */
export async function listTags(
  label: string,
  ask: (url: URL) => Promise<Answer>,
  repository: string,
  origin: () => Promise<URL>,
): Promise<string[]> {
  const path = `${repository}/tags/list`;
  const tags: string[] = [];
  let page: URL | undefined = new URL(`${path}?n=1000`, await origin());
  for (let pages = 0; page; pages++) {
    if (pages === mostPages || tags.length > mostTags)
      throw new RegistryError('invalid', `${label} has more than ${mostTags} tags`);
    const answer: Answer = await ask(page);
    const bytes = await readBody(answer, largestPage, `the list of tags of ${label}`);
    tags.push(...tagsIn(bytes, label));
    page = nextPage(answer.header('link'), page, path, label);
  }
  return tags;
}

function tagsIn(bytes: Buffer, label: string): string[] {
  let value: Json;
  try {
    value = JSON.parse(bytes.toString('utf8')) as Json;
  } catch {
    value = null;
  }
  // Some registries answer with null where there is none.
  const tags = isObject(value) ? (value.tags ?? []) : undefined;
  if (!Array.isArray(tags)) throw new RegistryError('invalid', `${label}: the list of tags is none`);
  return tags.filter(tag => typeof tag === 'string');
}

/** `Link: <…>; rel="next"` (RFC 8288). It leads to the same list, or nowhere: what was asked for goes with it. */
function nextPage(link: string | undefined, page: URL, path: string, label: string): URL | undefined {
  const target = targetOf(link ?? '');
  if (target === undefined) return undefined;
  const next = URL.canParse(target, page.href) ? new URL(target, page) : undefined;
  // Behind a proxy that ends TLS, registries write http.
  if (!next || next.host !== page.host || next.pathname !== path)
    throw new RegistryError('invalid', `${label}: the next page of tags is at another place`);
  next.protocol = page.protocol;
  return next;
}

/** Registries send one link, and some leave out what it is for: then it is the next page. */
function targetOf(link: string): string | undefined {
  const end = link.indexOf('>');
  if (!link.startsWith('<') || end < 0) return undefined;
  const relations = link
    .slice(end + 1)
    .split(/[;,]/)
    .map(part => part.trim().toLowerCase())
    .filter(part => part.startsWith('rel='));
  const isNext = relations.length === 0 || ['rel=next', 'rel="next"'].includes(relations[0]!);
  return isNext ? link.slice(1, end) : undefined;
}
