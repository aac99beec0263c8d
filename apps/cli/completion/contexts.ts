import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { isObject } from '@millrace/json';
import { parseAll } from '@millrace/yaml';

/** The names of the contexts of a kubeconfig, or of those that are in use when none is given. */
export function contextNames(path: string | undefined): string[] {
  const listed = process.env.KUBECONFIG?.split(delimiter).filter(file => file !== '') ?? [];
  const files = path ? [path] : listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')];
  return [...new Set(files.filter(file => existsSync(file)).flatMap(contextsIn))];
}

function contextsIn(file: string): string[] {
  const config = parseAll(readFileSync(file, 'utf8'), { source: file })[0];
  const contexts = isObject(config) && Array.isArray(config.contexts) ? config.contexts : [];
  return contexts.flatMap(context =>
    isObject(context) && typeof context.name === 'string' ? [context.name] : [],
  );
}
