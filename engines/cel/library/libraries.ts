import type { Library } from '../check/environment.ts';
import { comprehensionsLibrary } from './comprehensions.ts';
import { kubernetesListsLibrary } from './kubernetes/lists.ts';
import { regexLibrary } from './kubernetes/regex.ts';
import { kubernetesStringsLibrary } from './kubernetes/strings.ts';
import { listsLibrary } from './lists.ts';
import { optionalLibrary } from './optional.ts';
import { setsLibrary } from './sets.ts';
import { validateHomogeneous } from './standard/homogeneous.ts';
import { standardLibrary } from './standard/standard.ts';
import { reverseLibrary, stringsLibrary } from './strings/strings.ts';

const homogeneous: Library = { validate: validateHomogeneous };

/** What expressions may use in Kubernetes 1.36, except for what the place of an expression adds. */
export const kubernetesLibraries: readonly Library[] = [
  standardLibrary,
  homogeneous,
  optionalLibrary,
  kubernetesListsLibrary,
  regexLibrary,
  kubernetesStringsLibrary,
  setsLibrary,
  comprehensionsLibrary,
  listsLibrary,
];

/** What expressions may use in the fields of Flux. */
export const fluxLibraries: readonly Library[] = [
  standardLibrary,
  homogeneous,
  optionalLibrary,
  stringsLibrary,
  reverseLibrary,
  setsLibrary,
];
