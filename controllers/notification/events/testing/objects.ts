import type { Alert, Provider } from '@millrace/api';
import type { Event } from '@millrace/notifications';

const group = 'notification.toolkit.fluxcd.io/v1beta3';

export const eventOf = (more: Partial<Event> = {}): Event => ({
  involvedObject: {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    namespace: 'team',
    name: 'apps',
    uid: 'u',
  },
  severity: 'info',
  timestamp: '2026-01-02T03:04:05Z',
  message: 'applied',
  reason: 'Progressing',
  reportingController: 'kustomize-controller',
  ...more,
});

export const alertOf = (spec: Partial<Alert['spec']> = {}, name = 'on-call'): Alert => ({
  apiVersion: group,
  kind: 'Alert',
  metadata: { namespace: 'team', name, uid: 'alert-uid' },
  spec: {
    providerRef: { name: 'chat' },
    eventSeverity: 'info',
    eventSources: [{ kind: 'Kustomization', name: '*' }],
    ...spec,
  },
});

export const providerOf = (spec: Partial<Provider['spec']> = {}, name = 'chat'): Provider => ({
  apiVersion: group,
  kind: 'Provider',
  metadata: { namespace: 'team', name, uid: '0a1b2c3d-4e5f' },
  spec: { type: 'generic', ...spec },
});
