import { findDataKey } from './data-key.ts';
import { decryptBranches } from './decrypt-branches.ts';
import { formatNames, type SopsFormat } from './format.ts';
import { stores } from './formats/stores.ts';
import { limits } from './limits.ts';
import type { KeyService } from './master-key.ts';
import { type Metadata, readMetadata } from './metadata.ts';
import { Problem, SopsFailed } from './sops-error.ts';
import type { Branch } from './tree.ts';

export interface DecryptOptions {
  /** They are asked in this order for each key of the file. */
  keys: readonly KeyService[];
  /** The file's name, for errors. */
  source?: string | undefined;
  /** Ends the requests of key services. */
  signal?: AbortSignal | undefined;
  /**
   * Whether the text may have been changed after it was encrypted: values that are encrypted are still authentic each for
   * itself, others are what somebody wrote, and the version of sops may be gone. kustomize-controller decrypts so, since it sets labels and namespaces
   * before it decrypts.
   */
  ignoreMac?: boolean | undefined;
}

export interface DecryptTextOptions extends DecryptOptions {
  format: SopsFormat;
  /** The format of the plain text: that of the text, unless it is said, as by sops --output-type. */
  output?: SopsFormat | undefined;
}

/**
 * The plain text of an encrypted one, as `sops decrypt` prints it.
 * @throws SopsFailed where there is none; the reason of the signal.
 */
export async function decrypt(text: Uint8Array, options: DecryptTextOptions): Promise<Uint8Array> {
  const { format, output = format } = options;
  return named(options.source, async () => {
    const { documents, metadata } = load(text, format, options.ignoreMac);
    await decryptDocuments(documents, metadata, options);
    return emit(documents, format, output);
  });
}

/** Decrypts documents in place. @throws Problem */
export async function decryptDocuments(
  documents: readonly Branch[],
  metadata: Metadata,
  { keys, signal, ignoreMac }: DecryptOptions,
): Promise<void> {
  const dataKey = await findDataKey(metadata, keys, signal);
  decryptBranches(documents, metadata, dataKey, ignoreMac !== true);
}

/** Gives problems the name of the file. */
export async function named<T>(source: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new SopsFailed(error.kind, error.message, { source, cause: error.cause });
  }
}

function load(
  text: Uint8Array,
  format: SopsFormat,
  anyVersion?: boolean,
): { documents: Branch[]; metadata: Metadata } {
  if (text.length > limits.bytes)
    throw new Problem(
      'limit',
      `the text has ${text.length} bytes, more than the ${limits.bytes} that are allowed`,
    );
  return during(`failed to load encrypted ${formatNames[format]} data`, () => {
    const store = stores[format];
    const documents = store.read(utf8(text));
    return { documents, metadata: readMetadata(store.metadata(documents), anyVersion) };
  });
}

function emit(documents: readonly Branch[], format: SopsFormat, output: SopsFormat): Uint8Array {
  const doing = `failed to emit encrypted ${formatNames[format]} file as decrypted ${formatNames[output]}`;
  return during(doing, () => stores[output].write(documents));
}

function during<T>(doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(error.kind, `${doing}: ${error.message}`, { cause: error.cause });
  }
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Problem('format', 'the text is not UTF-8');
  }
}
