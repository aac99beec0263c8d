export { YamlError } from './error.ts';
export { compareKeys } from './key-order.ts';
export { type Document, parseAll, parseDocuments, type ReadOptions } from './read.ts';
export { resolvePlain, type ScalarRules } from './scalar.ts';
export { stringify, stringifyAll, type WriteOptions } from './write.ts';
