import type { Struct } from '../chart/decode.ts';
import { metadata } from '../chart/metadata.ts';

/** A version of a chart in an index: what Chart.yaml says, and where the archive is. */
export const chartVersion: Struct = {
  name: 'ChartVersion',
  package: 'repo',
  fields: {
    ...metadata.fields,
    urls: 'string[]',
    created: 'time',
    removed: 'bool',
    digest: 'string',
    checksum: 'string',
    engine: 'string',
    tillerVersion: 'string',
    url: 'string',
  },
};

/** What is not `entries`, whose keys are the names of charts. */
export const indexHead: Struct = {
  name: 'IndexFile',
  package: 'repo',
  fields: {
    apiVersion: 'string',
    generated: 'time',
    publicKeys: 'string[]',
    annotations: 'map[string]string',
  },
};
