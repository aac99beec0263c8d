import { exactlyAt, suspended } from './columns.ts';
import { numberAt, textAt } from './resource.ts';
import type { ResourceKind } from './resource-kind.ts';

const imageKind: Pick<ResourceKind, 'apiVersion' | 'family' | 'aliases' | 'wideColumns' | 'exactMessages'> = {
  apiVersion: 'image.toolkit.fluxcd.io/v1',
  family: 'image',
  aliases: [],
  wideColumns: [],
  exactMessages: true,
};

/** What finds images, chooses among them and writes them into Git. */
export const imageKinds: readonly ResourceKind[] = [
  {
    ...imageKind,
    kind: 'ImageRepository',
    title: 'image repository',
    command: 'repository',
    columns: [exactlyAt('Last scan', 'status', 'lastScanResult', 'scanTime'), suspended],
    achieved: ({ object }) => `scan fetched ${numberAt(object, 'status', 'lastScanResult', 'tagCount')} tags`,
  },
  {
    ...imageKind,
    kind: 'ImagePolicy',
    title: 'image policy',
    command: 'policy',
    columns: [
      exactlyAt('Image', 'status', 'latestRef', 'name'),
      exactlyAt('Tag', 'status', 'latestRef', 'tag'),
    ],
    related: ({ object, namespace }) => {
      const at = (key: string) => textAt(object, 'spec', 'imageRepositoryRef', key);
      return [{ kind: 'ImageRepository', name: at('name'), namespace: at('namespace') || namespace }];
    },
    achieved: ({ object }) => {
      const [name, tag, digest] = ['name', 'tag', 'digest'].map(part =>
        textAt(object, 'status', 'latestRef', part),
      );
      return `selected ref ${name}:${tag}${digest ? `@${digest}` : ''}`;
    },
  },
  {
    ...imageKind,
    kind: 'ImageUpdateAutomation',
    title: 'image update automation',
    command: 'update',
    columns: [exactlyAt('Last run', 'status', 'lastAutomationRunTime'), suspended],
    achieved: ({ object, ready }) => {
      const lastRun = textAt(object, 'status', 'lastAutomationRunTime');
      return ready?.message ?? (lastRun ? `last run ${lastRun}` : 'automation not yet run');
    },
  },
];
