import { isObject, type Json } from '@millrace/json';
import type { Digest } from './digest.ts';
import { isDigest } from './digest.ts';
import { RegistryError } from './errors.ts';
import { type Answer, readBody } from './exchange.ts';

/** A manifest that refers to another one. */
export interface Referrer {
  digest: Digest;
  artifactType: string;
}

/** An index lists them. */
export const referrersType = 'application/vnd.oci.image.index.v1+json';

/** Bytes of a page, and how many pages and manifests are looked at. */
const largestPage = 4 * 2 ** 20;
const mostPages = 20;
const most = 1000;

/** What is asked of the registry. */
interface Asking {
  /** Undefined where the registry has no such list. */
  page(path: string): Promise<Answer | undefined>;
  tagged(tag: string): Promise<{ bytes: Uint8Array } | undefined>;
  label: string;
  path: string;
}

/** By the referrers API, or where the registry has none, by the tag that stands in for it. Throws RegistryError. */
export async function listReferrers(asking: Asking, digest: Digest): Promise<Referrer[]> {
  const { label, path } = asking;
  const found: Referrer[] = [];
  let page: string | undefined = path;
  for (let pages = 0; page !== undefined; pages++) {
    if (pages === mostPages || found.length > most)
      throw new RegistryError('invalid', `${label} has more than ${most} referrers`);
    const answer = await asking.page(page);
    const isIndex = answer?.header('content-type')?.split(';')[0]?.trim() === referrersType;
    if (!answer || !isIndex) {
      await answer?.body.dump();
      return pages > 0 ? found : byTag(asking, digest);
    }
    found.push(...referrersIn(await readBody(answer, largestPage, `the referrers of ${label}`)));
    page = nextPage(answer.header('link'), path);
  }
  return found;
}

/** `sha256-<hex>` (distribution-spec, "Referrers Tag Schema"). */
async function byTag(asking: Asking, digest: Digest): Promise<Referrer[]> {
  const document = await asking.tagged(digest.replace(':', '-'));
  return document ? referrersIn(document.bytes).slice(0, most) : [];
}

function referrersIn(bytes: Uint8Array): Referrer[] {
  let value: Json;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8')) as Json;
  } catch {
    return [];
  }
  const manifests = isObject(value) && Array.isArray(value.manifests) ? value.manifests : [];
  return manifests.flatMap(entry => {
    const { digest, artifactType } = isObject(entry) ? entry : {};
    if (typeof digest !== 'string' || !isDigest(digest)) return [];
    return [{ digest, artifactType: typeof artifactType === 'string' ? artifactType : '' }];
  });
}

/** Only within the same list: what was asked for goes with the question. */
function nextPage(link: string | undefined, path: string): string | undefined {
  const end = link?.indexOf('>') ?? -1;
  if (!link?.startsWith('<') || end < 0) return undefined;
  const base = 'https://registry.invalid';
  const target = link.slice(1, end);
  const next = URL.canParse(target, base + path) ? new URL(target, base + path) : undefined;
  return next?.pathname === path ? path + next.search : undefined;
}
