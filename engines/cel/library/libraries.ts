import type { Library } from '../check/environment.ts';
import { comprehensionsLibrary } from './comprehensions.ts';
import { encodersLibrary } from './encoders.ts';
import { authorizerLibrary } from './kubernetes/authorizer.ts';
import { cidrLibrary } from './kubernetes/cidr.ts';
import { formatLibrary } from './kubernetes/format.ts';
import { ipLibrary } from './kubernetes/ip.ts';
import { kubernetesListsLibrary } from './kubernetes/lists.ts';
import { quantityLibrary } from './kubernetes/quantity.ts';
import { regexLibrary } from './kubernetes/regex.ts';
import { semverLibrary } from './kubernetes/semver.ts';
import { kubernetesStringsLibrary } from './kubernetes/strings.ts';
import { urlLibrary } from './kubernetes/url.ts';
import { listsLibrary } from './lists.ts';
import { optionalLibrary } from './optional.ts';
import { setsLibrary } from './sets.ts';
import { validateHomogeneous } from './standard/homogeneous.ts';
import { validateLiterals } from './standard/literals.ts';
import { standardLibrary } from './standard/standard.ts';
import { reverseLibrary, stringsLibrary } from './strings/strings.ts';

const homogeneous: Library = { validate: validateHomogeneous };
/** Flux has it not: there such a constant fails when the program is made. */
const literals: Library = { validate: validateLiterals };

/** What expressions may use in Kubernetes 1.36, except for what the place of an expression adds. */
export const kubernetesLibraries: readonly Library[] = [
  standardLibrary,
  literals,
  homogeneous,
  optionalLibrary,
  kubernetesListsLibrary,
  regexLibrary,
  kubernetesStringsLibrary,
  setsLibrary,
  comprehensionsLibrary,
  listsLibrary,
  quantityLibrary,
  ipLibrary,
  cidrLibrary,
  urlLibrary,
  semverLibrary,
  formatLibrary,
  authorizerLibrary,
];

/** What expressions may use in the fields of Flux. */
export const fluxLibraries: readonly Library[] = [
  standardLibrary,
  homogeneous,
  optionalLibrary,
  stringsLibrary,
  reverseLibrary,
  setsLibrary,
  encodersLibrary,
];
