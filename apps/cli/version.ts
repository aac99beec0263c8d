import packageFile from './package.json' with { type: 'json' };

/** Of Millrace itself. */
export const version: string = packageFile.version;

/** The version of Flux whose contract this version keeps. */
export const fluxVersion = 'v2.9.4';
