/** What one text may ask for. Each is many times what a file of secrets needs. */
export const limits = {
  /** Bytes of an encrypted text. kustomize-controller refuses files of more than 5 MiB itself. */
  bytes: 8 * 1024 * 1024,
  /** Maps and lists inside each other. */
  depth: 200,
  /** Values and comments. */
  values: 500_000,
  /** Groups of keys: Shamir's shares are numbered by one byte. */
  keyGroups: 255,
  /** Keys of all groups. */
  keys: 200,
  /** Characters of a key's encrypted data key. */
  encryptedKey: 64 * 1024,
} as const;
