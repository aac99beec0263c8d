/** An object in a bucket. */
export interface ObjectEntry {
  /** Whatever its owner has called it: no path until it has been looked at. */
  key: string;
  /** As Flux has it in its index. */
  etag: string;
  /** In bytes, as the store says. */
  size: number;
  /** Of the store's own, by which just this object is read. */
  version?: string | undefined;
}

/** By its key, or as it was listed. */
export type AskedObject = Pick<ObjectEntry, 'key'> | ObjectEntry;

export interface OpenObject {
  /** Of what is read, which may be another than what was listed. */
  etag: string;
  body: AsyncIterable<Uint8Array>;
}

/** A bucket that is read. Everything throws StoreError, or the reason of the signal. */
export interface ObjectStore {
  /** Page after page, in the order of the store. StoreError `no bucket` where there is none. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<ObjectEntry[]>;
  /** Undefined where there is no such object, any more. */
  open(object: AskedObject, signal: AbortSignal): Promise<OpenObject | undefined>;
  close(): Promise<void>;
}
