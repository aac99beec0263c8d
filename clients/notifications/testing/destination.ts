import type { Destination } from '../destination.ts';

/** A destination of a type in which nothing else is said than what a test says. */
export function destination(type: string, own: Partial<Destination> = {}): Destination {
  return {
    type,
    address: '',
    channel: '',
    username: '',
    token: '',
    password: '',
    headers: {},
    secret: {},
    commitStatus: '',
    provider: { uid: '0c5a33e2-5ae6-4d29-8c5d-0a1b2c3d4e5f', name: 'provider', namespace: 'flux-system' },
    alert: { uid: '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d', name: 'alert', namespace: 'flux-system' },
    ...own,
  };
}
