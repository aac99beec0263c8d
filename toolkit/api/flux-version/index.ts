export { fluxVersion } from './flux-version.ts';
