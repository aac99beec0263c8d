export { mappedGitUrl, mappedUrl, normalUrl, type UrlMap } from './git/url-map.ts';
export { chartFilesIn, inRoot } from './helm/work/tree-files.ts';
export { type Local, sourceController } from './program.ts';
