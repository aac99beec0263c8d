import { basename } from 'node:path';

// By itself: the kinds come with a schema compiler that most commands do not need.
import { fluxVersion } from '@millrace/api/flux-version';
import packageFile from './package.json' with { type: 'json' };

/** Of Millrace itself. */
export const version: string = packageFile.version;

export { fluxVersion };

/** What `--version` prints. Scripts cut the third word out of `flux --version`: it must be Flux's. */
export function versionLine(): string {
  const itself = `millrace version ${version}`;
  return calledAs() === 'flux' ? `flux version ${fluxVersion.slice(1)} (${itself})` : itself;
}

/** The name that the program was called by. */
export function calledAs(): 'flux' | 'millrace' {
  return /^flux(\.\w+)?$/.test(basename(process.argv[1] ?? '')) ? 'flux' : 'millrace';
}
