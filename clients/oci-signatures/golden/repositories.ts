import { createHash } from 'node:crypto';
import type { SignatureStore } from '../store.ts';
import type { Signed } from '../trust.ts';
import golden from './signatures.json' with { type: 'json' };

type Repository = { digest: string; tags: Record<string, string>; contents: Record<string, string> };

const repositories: Record<string, Repository> = golden.repositories;

export const keys = golden.keys;
export const certificates = golden.certificates;
export const trustedRoot = golden.trustedRoot;

/** A recorded repository, in which tests may change what they like. */
export function recorded(name: string): { signed: Signed; store: SignatureStore; repository: Repository } {
  const found = repositories[`org/${name}`];
  if (!found) throw new Error(`nothing is recorded of ${name}`);
  const repository = structuredClone(found);
  const { digest } = repository;
  return { signed: { repository: `127.0.0.1:15511/org/${name}`, digest }, store: storeOf(repository), repository };
}

function storeOf({ tags, contents }: Repository): SignatureStore {
  const document: SignatureStore['document'] = async reference => {
    const digest = tags[reference] ?? reference;
    const text = contents[digest];
    return text === undefined ? undefined : { bytes: Buffer.from(text), digest };
  };
  return {
    document,
    async referrers(digest, signal) {
      const index = await document(digest.replace(':', '-'), signal);
      return index ? JSON.parse(Buffer.from(index.bytes).toString('utf8')).manifests : [];
    },
    async *blob({ digest }) {
      yield Buffer.from(contents[digest] ?? '', 'base64');
    },
  };
}

/** Put other bytes in the place of a layer of the manifest that a tag leads to, and give it what they are. */
export function replaceLayer(repository: Repository, tag: string, change: (bytes: Buffer) => Buffer): void {
  const { tags, contents } = repository;
  const target = tags[tag]!;
  const parsed = JSON.parse(contents[target]!);
  const holder = parsed.manifests ? parsed.manifests[0].digest : target;
  const manifest = JSON.parse(contents[holder]!);
  const bytes = change(Buffer.from(contents[manifest.layers[0].digest]!, 'base64'));
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  contents[digest] = bytes.toString('base64');
  manifest.layers[0].digest = digest;
  contents[holder] = JSON.stringify(manifest);
}

/** The tag of what refers to an artifact, and of its signature by cosign 2. */
export const referrersTag = ({ digest }: Signed) => digest.replace(':', '-');
export const simpleTag = (signed: Signed) => `${referrersTag(signed)}.sig`;
