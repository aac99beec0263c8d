export { YamlError } from './error.ts';
export { compareKeys } from './key-order.ts';
export {
  type CommentNode,
  type ListNode,
  type MapNode,
  type Node,
  type NodeDocument,
  type NodeDocuments,
  type NodeOptions,
  parseNodes,
  type ScalarNode,
} from './nodes.ts';
export {
  type PlacedComment,
  type PlacedDocument,
  type PlacedScalar,
  type Places,
  parsePlaces,
} from './places.ts';
export { type Document, parseAll, parseDocuments, type ReadOptions } from './read.ts';
export { needsQuotes, printFloat, resolvePlain, type ScalarRules } from './scalar.ts';
export { stringify, stringifyAll, type WriteOptions } from './write.ts';
export { type Place, writeString } from './write-string.ts';
