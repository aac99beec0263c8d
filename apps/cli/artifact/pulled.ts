import { isDigest, type Manifest, type Registry } from '@millrace/oci';
import type { Address } from './address.ts';

/** The manifest of an address, and its digest. */
export async function pulled(
  { reference }: Address,
  from: Registry,
  signal: AbortSignal,
): Promise<{ digest: string; manifest: Manifest }> {
  const digest = isDigest(reference) ? reference : await from.resolve(reference, signal, { reads: true });
  return { digest, manifest: await from.manifest(digest, signal) };
}
