import { CliError } from '../cli-error.ts';

export interface GetOptions {
  allNamespaces?: boolean;
  watch?: boolean;
  /** False with --no-header. */
  header: boolean;
  labelSelector?: string;
  statusSelector?: string;
  showSource?: boolean;
  output?: string;
}

const formats = ['wide', 'json', 'yaml', 'name'] as const;
export type Format = 'table' | (typeof formats)[number];

/** Throws CliError for a format that does not exist. */
export function formatOf(output: string | undefined): Format {
  if (output === undefined) return 'table';
  const format = formats.find(known => known === output);
  if (!format) throw new CliError(`--output takes ${formats.join(', ')}, not "${output}"`);
  return format;
}
