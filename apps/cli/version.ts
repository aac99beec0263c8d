import { basename } from 'node:path';

// By itself: the kinds come with a schema compiler that most commands do not need.
export { fluxVersion } from '@millrace/api/flux-version';

import packageFile from './package.json' with { type: 'json' };

/** Of Millrace itself. */
export const version: string = packageFile.version;

/** The name that the program was called by. */
export function calledAs(): 'flux' | 'millrace' {
  return /^flux(\.\w+)?$/.test(basename(process.argv[1] ?? '')) ? 'flux' : 'millrace';
}
