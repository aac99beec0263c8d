import type { User } from '../http/authenticate.ts';
import type { Target } from './api.ts';
import type { Verb } from './request-path.ts';

/**
 * Decide whether a user may do what is asked; throws a 403 ApiError when not.
 *
 * Everybody who is authenticated administers this cluster: the one certificate there is belongs to system:masters,
 * to whom Kubernetes refuses nothing either.
 */
export function authorize(_user: User, _verb: Verb, _target: Target): void {}
