import { suspended } from './columns.ts';
import { textAt } from './resource.ts';
import type { ResourceKind } from './resource-kind.ts';

const notificationKind: Pick<ResourceKind, 'aliases' | 'wideColumns' | 'exactMessages'> = {
  aliases: [],
  wideColumns: [],
  exactMessages: true,
};

const fixed = (
  kind: string,
): Pick<ResourceKind, 'apiVersion' | 'kind' | 'isStatic' | 'achieved' | 'inert'> => ({
  apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
  kind,
  inert: true,
  isStatic: () => ({ message: `${kind} is Ready` }),
  achieved: () => `${kind} reconciliation completed`,
});

/** What is woken from outside, and what tells the outside. */
export const notificationKinds: readonly ResourceKind[] = [
  {
    ...notificationKind,
    apiVersion: 'notification.toolkit.fluxcd.io/v1',
    kind: 'Receiver',
    title: 'receiver',
    command: 'receiver',
    plural: 'receivers',
    columns: [suspended],
    achieved: () => 'Receiver reconciliation completed',
  },
  {
    ...notificationKind,
    ...fixed('Provider'),
    title: 'alert provider',
    command: 'alert-provider',
    plural: 'alert-providers',
    columns: [],
  },
  {
    ...notificationKind,
    ...fixed('Alert'),
    title: 'alert',
    command: 'alert',
    plural: 'alerts',
    columns: [suspended],
    related: ({ object, namespace }) => [
      { kind: 'Provider', name: textAt(object, 'spec', 'providerRef', 'name'), namespace },
    ],
  },
];
