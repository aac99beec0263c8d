import {
  decodeRelease,
  deployedRelease,
  encodeRelease,
  historyOf,
  lastRelease,
  type Release,
  type ReleaseRecord,
  ReleaseRecordError,
  recordName,
  releasesToPrune,
} from '@millrace/helm';
import { type Identity, isAlreadyExists, isNotFound, type KubeClient, type KubeObject } from '@millrace/kube';
import { messageOf, ReleaseError, ReleaseNotFound } from './release-error.ts';

/** Where records are kept. */
export interface RecordsOptions {
  client: KubeClient;
  as: Identity;
  namespace: string;
  driver?: 'secret' | 'configmap';
  signal?: AbortSignal | undefined;
  /** Told of every release that was written, or deleted: that one as it was. */
  onWrite?: (release: Release) => void;
  /** Told of every record that was read or written, as it is then. */
  onSeen?: (record: KubeObject) => void;
  /** Spares the cluster what is known already. */
  known?: KnownRecords;
}

/** The releases that a namespace records, as Helm's storage keeps them. */
export interface Records {
  /** All revisions of a release, oldest first; none where there is no such release. */
  history(name: string): Promise<Release[]>;
  /** Throws ReleaseNotFound. */
  get(name: string, version: number): Promise<Release>;
  /** The newest revision. Throws ReleaseNotFound. */
  last(name: string): Promise<Release>;
  /** The newest revision that is deployed. */
  deployed(name: string): Promise<Release | undefined>;
  /** Every revision of every release that can be read. */
  all(): Promise<Release[]>;
  /** Makes room first, where there is a limit: 0 is none. */
  create(release: Release, maxHistory?: number): Promise<void>;
  update(release: Release): Promise<void>;
  delete(release: Release): Promise<void>;
}

/** The revisions of one release as they were read and written, for as long as nobody else has changed them. */
export class KnownRecords {
  readonly #isCurrent: () => boolean;
  #name: string | undefined;
  #byVersion = new Map<number, Release>();

  /** @param isCurrent whether what was read or written last is still the newest there is */
  constructor(isCurrent: () => boolean) {
    this.#isCurrent = isCurrent;
  }

  of(name: string): Release[] | undefined {
    return this.#name === name && this.#isCurrent() ? [...this.#byVersion.values()] : undefined;
  }

  read(name: string, releases: Release[]): void {
    this.#name = name;
    this.#byVersion = new Map(releases.map(release => [release.version, release]));
  }

  wrote(release: Release): void {
    if (release.name === this.#name) this.#byVersion.set(release.version, release);
  }

  deleted({ name, version }: Release): void {
    if (name === this.#name) this.#byVersion.delete(version);
  }
}

/** Rule: pkg/storage and pkg/storage/driver of helm v4.3.1 */
export function recordsIn(options: RecordsOptions): Records {
  const { client, as, namespace, driver = 'secret', signal, onWrite, onSeen, known } = options;
  const kind = driver === 'secret' ? 'Secret' : 'ConfigMap';

  const find = async (labels: Record<string, string>): Promise<Release[]> => {
    const labelSelector = Object.entries({ owner: 'helm', ...labels })
      .map(([key, value]) => `${key}=${value}`)
      .join(',');
    const found = await listAs(labelSelector);
    return found.flatMap(readable);
  };

  const listAs = async (labelSelector: string): Promise<KubeObject[]> => {
    try {
      const { items } = await client.listAll('v1', kind, { namespace, labelSelector, signal, as });
      for (const item of items) onSeen?.(item);
      return items;
    } catch (cause) {
      throw new ReleaseError(`query: failed to query with labels: ${messageOf(cause)}`, { cause });
    }
  };

  const write = async (release: Release, isUpdate: boolean) => {
    const stamp = { at: Date.now() / 1000, isUpdate };
    const record =
      driver === 'secret'
        ? encodeRelease(release, 'secret', stamp)
        : encodeRelease(release, 'configmap', stamp);
    const object = { ...record, metadata: { ...record.metadata, namespace } } as KubeObject;
    const write = isUpdate ? client.update : client.create;
    const written = await write(object, { as, signal });
    known?.wrote(release);
    onSeen?.(written);
  };

  const ofName = async (name: string): Promise<Release[]> => {
    const before = known?.of(name);
    if (before) return before;
    const found = await find({ name });
    known?.read(name, found);
    return found;
  };

  const records: Records = {
    history: async name => historyOf(await ofName(name), name),
    async get(name, version) {
      const ref = { apiVersion: 'v1', kind, namespace, name: recordName(name, version) };
      try {
        return decodeRelease((await client.get(ref, { as, signal })) as ReleaseRecord & KubeObject);
      } catch (cause) {
        if (isNotFound(cause)) throw new ReleaseNotFound();
        throw new ReleaseError(`get: failed to get "${ref.name}": ${messageOf(cause)}`, { cause });
      }
    },
    async last(name) {
      const found = lastRelease(await ofName(name), name);
      if (!found) throw new ReleaseNotFound();
      return found;
    },
    deployed: async name => deployedRelease(await find({ name, status: 'deployed' }), name),
    all: () => find({}),
    async create(release, maxHistory = 0) {
      if (maxHistory > 0) {
        const history = await records.history(release.name);
        for (const old of releasesToPrune(history, release.name, maxHistory)) await records.delete(old);
      }
      await write(release, false).catch(cause => {
        if (isAlreadyExists(cause)) throw new ReleaseError('release: already exists', { cause });
        throw failed('create: failed to create', cause);
      });
      onWrite?.(release);
    },
    async update(release) {
      await write(release, true).catch(cause => {
        throw failed('update: failed to update', cause);
      });
      onWrite?.(release);
    },
    async delete(release) {
      const { name, version } = release;
      const ref = { apiVersion: 'v1', kind, namespace, name: recordName(name, version) };
      await client.delete(ref, { as, signal }).catch(cause => {
        if (!isNotFound(cause)) throw cause;
      });
      known?.deleted(release);
      onWrite?.(release);
    },
  };
  return records;
}

function failed(doing: string, cause: unknown): Error {
  if (cause instanceof ReleaseRecordError) return cause;
  return new ReleaseError(`${doing}: ${messageOf(cause)}`, { cause });
}

/** A record that cannot be read is passed over, as in Helm. */
function readable(object: KubeObject): Release[] {
  try {
    return [decodeRelease(object as ReleaseRecord & KubeObject)];
  } catch (error) {
    if (error instanceof ReleaseRecordError) return [];
    throw error;
  }
}
