export { mappedGitUrl, mappedUrl, normalUrl, type UrlMap } from './git/url-map.ts';
export { type Local, sourceController } from './program.ts';
