export { type CommonFlags, commonFlags } from './common-flags.ts';
export {
  boolean,
  choice,
  duration,
  type Flag,
  FlagError,
  type FlagSet,
  list,
  number,
  text,
  type ValuesOf,
  valuesOf,
} from './flags.ts';
export { requireObjectLevelIdentity } from './object-level-identity.ts';
export { storageFlags } from './storage-flags.ts';
