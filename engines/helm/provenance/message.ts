import { parseAll } from '@millrace/yaml';
import type { Metadata } from '../chart/chart.ts';
import { readMetadata } from '../chart/metadata.ts';
import { isTable, lookUp } from '../values/table.ts';
import { ProvenanceError } from './provenance-error.ts';

/** What a provenance file says: the chart's metadata, and digests of files by their names. */
export interface ProvenanceMessage {
  metadata: Partial<Metadata>;
  /** Such as `sha256:…`. */
  files: ReadonlyMap<string, string>;
}

/**
 * The text that is signed in a provenance file: Chart.yaml and the digests, with `...` between them.
 * @throws ProvenanceError. Rule: https://helm.sh/docs/topics/provenance/
 */
export function readProvenanceMessage(text: string): ProvenanceMessage {
  const [metadata, sums] = text.split('\n...\n');
  if (metadata === undefined || sums === undefined) {
    throw new ProvenanceError('message block must have at least two parts');
  }
  try {
    return { metadata: readMetadata(metadata, 'Chart.yaml'), files: filesOf(sums) };
  } catch (cause) {
    throw new ProvenanceError(
      `the provenance file is not readable: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
}

function filesOf(text: string): Map<string, string> {
  const [value] = parseAll(text, { duplicates: 'last' });
  const files = isTable(value) ? lookUp(value, 'files') : undefined;
  const digests = isTable(files) ? Object.entries(files) : [];
  return new Map(digests.flatMap(([name, sum]) => (typeof sum === 'string' ? [[name, sum]] : [])));
}
