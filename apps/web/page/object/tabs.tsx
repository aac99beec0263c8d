import type { ComponentChildren } from 'preact';
import type { Look } from '../../model/look.ts';
import { AppliedList } from './applied.tsx';
import { Diff, isMade } from './diff.tsx';
import { Events } from './events.tsx';
import { ObjectGraph } from './graph.tsx';
import { History } from './history.tsx';
import { Logs } from './logs.tsx';
import { Manifest } from './manifest.tsx';
import { Conditions, Summary } from './overview.tsx';
import { Pods } from './pods.tsx';
import { ReleaseList } from './releases.tsx';
import { Values } from './values.tsx';
import { Yaml } from './yaml.tsx';

/** A part of what there is to see of an object. */
export interface Tab {
  /** In the address. */
  name: string;
  label: string;
  /** How many things there are to see; shown beside the label. */
  count?(look: Look): number;
  /** Whether this object has it; all have it where that is left out. */
  fits?(look: Look): boolean;
  view(look: Look): ComponentChildren;
}

export const tabs: Tab[] = [
  {
    name: 'overview',
    label: 'Overview',
    view: ({ row, facts, owners, conditions }) => (
      <>
        <Summary row={row} facts={facts} owners={owners} />
        <Conditions conditions={conditions} />
      </>
    ),
  },
  {
    name: 'pods',
    label: 'Pods',
    count: ({ workload }) => workload?.pods.length ?? 0,
    fits: ({ workload }) => workload !== undefined,
    view: ({ row, workload }) => workload && <Pods of={row} workload={workload} />,
  },
  {
    name: 'logs',
    label: 'Logs',
    fits: ({ workload }) => workload !== undefined && !workload.unseen,
    view: ({ row, workload }) => workload && <Logs of={row} workload={workload} />,
  },
  {
    name: 'objects',
    label: 'Objects',
    count: ({ applied, left }) => applied.length + left,
    fits: ({ applied }) => applied.length > 0,
    view: look => <AppliedList {...look} />,
  },
  { name: 'graph', label: 'Graph', view: look => <ObjectGraph {...look} /> },
  {
    name: 'diff',
    label: 'Diff',
    fits: ({ row }) => isMade(row),
    view: ({ row }) => <Diff row={row} />,
  },
  {
    name: 'values',
    label: 'Values',
    fits: ({ row }) => row.kind === 'HelmRelease',
    view: look => <Values {...look} />,
  },
  {
    name: 'manifest',
    label: 'Manifest',
    fits: ({ row }) => row.kind === 'HelmRelease',
    view: ({ row }) => <Manifest row={row} />,
  },
  {
    name: 'releases',
    label: 'Releases',
    fits: ({ row }) => row.kind === 'HelmRelease',
    view: ({ row }) => <ReleaseList row={row} />,
  },
  {
    name: 'history',
    label: 'History',
    fits: ({ history, row }) => history.length > 0 || row.suspended,
    view: look => <History {...look} />,
  },
  {
    name: 'events',
    label: 'Events',
    count: ({ events }) => events.length,
    view: ({ events }) => <Events events={events} />,
  },
  { name: 'yaml', label: 'YAML', view: look => <Yaml {...look} /> },
];
