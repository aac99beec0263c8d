export { type Local, sourceController } from './program.ts';
export { mappedUrl, normalUrl, type UrlMap } from './url-map.ts';
