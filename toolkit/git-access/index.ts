export { type Access, type AccessRules, accessOf, admitted } from './access.ts';
export { type Identities, startIdentities } from './identities.ts';
export { patternsFor, ReferenceNotFound, resolveReference, type Target } from './reference.ts';
export { mappedGitUrl, mappedUrl, normalUrl, type UrlMap } from './url-map.ts';
