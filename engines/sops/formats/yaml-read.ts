import {
  type CommentNode,
  type ListNode,
  type MapNode,
  type Node,
  parseNodes,
  YamlError,
} from '@millrace/yaml';
import { limits } from '../limits.ts';
import { Problem } from '../sops-error.ts';
import { Branch, Comment, List, Timestamp, type Value } from '../tree.ts';
import { type Placed, placeComments } from './yaml-comments.ts';

/**
 * The documents of a YAML text with their comments.
 * @throws Problem for a text that is no YAML, and for a document that is no map.
 */
export function readYaml(text: string): Branch[] {
  const { documents, comments } = parse(text);
  let start = 0;
  return documents.map(({ root }, i) => {
    const next = documents[i + 1];
    const mark = next === undefined ? text.length : text.lastIndexOf('\n---', next.at);
    let end = start;
    while (end < comments.length && comments[end]!.at < mark) end++;
    const own = comments.slice(start, end);
    start = end;
    return toDocument(root, own);
  });
}

function parse(text: string): ReturnType<typeof parseNodes> {
  try {
    const { bytes, depth, values } = limits;
    const read = parseNodes(text, { limits: { size: bytes, depth, copies: values }, nodes: values });
    if (read.comments.length > values)
      throw new Problem('limit', `the text has more than ${values} comments`);
    return read;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new Problem('format', `line ${error.line}: ${problemOf(error)}`);
  }
}

/** What a reader says of a text may repeat it. */
function problemOf({ problem }: YamlError): string {
  return problem.startsWith('a value cannot start with')
    ? 'a value starts with a character that must be quoted'
    : problem;
}

function toDocument(root: Node, comments: readonly CommentNode[]): Branch {
  if (root.kind === 'map') return toBranch(root, placeComments(root, comments));
  if (root.kind === 'list')
    throw new Problem('format', 'YAML documents that are sequences are not supported');
  if (root.value !== null) throw new Problem('format', 'YAML documents that are values are not supported');
  return new Branch(comments.map(toComment));
}

function toValue(node: Node, placed: Placed): Value {
  if (node.kind === 'map') return toBranch(node, placed);
  if (node.kind === 'list') return toList(node, placed);
  return node.timestamp ? new Timestamp(String(node.value)) : node.value;
}

function toBranch(node: MapNode, placed: Placed): Branch {
  const comments = placed.get(node);
  const entries: Branch['entries'] = [];
  node.entries.forEach(({ key, value }, i) => {
    for (const comment of commentsAt(comments, i)) entries.push(comment);
    entries.push({ key, value: toValue(value, placed) });
  });
  for (const comment of commentsAt(comments, node.entries.length)) entries.push(comment);
  return new Branch(entries);
}

function toList(node: ListNode, placed: Placed): List {
  const comments = placed.get(node);
  const items: List['items'] = [];
  node.items.forEach(({ value }, i) => {
    for (const comment of commentsAt(comments, i)) items.push(comment);
    items.push(toValue(value, placed));
  });
  for (const comment of commentsAt(comments, node.items.length)) items.push(comment);
  return new List(items);
}

function commentsAt(comments: Map<number, CommentNode[]> | undefined, index: number): Comment[] {
  return comments?.get(index)?.map(toComment) ?? [];
}

function toComment({ text, inline }: CommentNode): Comment {
  return new Comment(text, inline);
}
