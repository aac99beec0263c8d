import { basename } from 'node:path';
import packageFile from './package.json' with { type: 'json' };

/** Of Millrace itself. */
export const version: string = packageFile.version;

/** The version of Flux whose contract this version keeps. */
export const fluxVersion = 'v2.9.4';

/** The name that the program was called by. */
export function calledAs(): 'flux' | 'millrace' {
  return /^flux(\.\w+)?$/.test(basename(process.argv[1] ?? '')) ? 'flux' : 'millrace';
}
