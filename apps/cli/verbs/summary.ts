import { humanDuration } from '../output/age.ts';
import { shortenHashes } from '../output/shorten.ts';
import type { Resource } from '../resources/resource.ts';
import type { Column, ResourceKind } from '../resources/resource-kind.ts';

export interface SummaryOptions {
  /** Begin with the namespace. */
  namespaces: boolean;
  /** Write `kustomization/name` instead of the name. */
  kinds: boolean;
  showSource: boolean;
  wide: boolean;
}

/** What `get` shows of a kind: its columns, in Flux's order. `-o wide` adds some at the end. */
export function summaryColumns(kind: ResourceKind, options: SummaryOptions): Column[] {
  const { source } = kind;
  const sourceColumn: Column = {
    heading: 'Source',
    value: resource => {
      const ref = source?.(resource);
      return ref ? `${ref.kind}/${ref.namespace}/${ref.name}` : '';
    },
  };
  const showSource = source !== undefined && (options.showSource || options.wide);
  return [
    ...(options.namespaces ? [namespace] : []),
    options.kinds ? kindAndName : name,
    ...(showSource ? [sourceColumn] : []),
    ...kind.columns,
    { heading: 'Ready', value: resource => (kind.isStatic?.(resource) ? 'True' : readyOf(resource)) },
    {
      heading: 'Message',
      value: resource =>
        kind.isStatic?.(resource)?.message ?? messageOf(resource, kind.exactMessages ?? false),
    },
    ...(options.wide ? [...kind.wideColumns, age] : []),
  ];
}

const namespace: Column = { heading: 'Namespace', value: resource => resource.namespace };
const name: Column = { heading: 'Name', value: resource => resource.name };
const kindAndName: Column = {
  heading: 'Name',
  value: resource => `${resource.kind.toLowerCase()}/${resource.name}`,
};

/** An object that no controller has seen is not ready: so Flux shows it. */
const readyOf = ({ ready }: Resource): string => ready?.status ?? 'False';

function messageOf({ ready }: Resource, isExact: boolean): string {
  if (!ready) return 'waiting to be reconciled';
  return isExact ? ready.message : shortenHashes(ready.message);
}

const age: Column = {
  heading: 'Age',
  value: ({ object }) => humanDuration(Date.now() - Date.parse(object.metadata.creationTimestamp ?? '')),
};
