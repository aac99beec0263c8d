export { gitRepositoryReconciler, type SourceOptions } from './reconciler.ts';
export { mappedUrl, normalUrl, type UrlMap } from './url-map.ts';
