/** The version of Flux whose contract is kept. */
export const fluxVersion = 'v2.9.4';
