import type { ComponentChildren } from 'preact';
import { type ObjectName, plainKind } from '../model/object-name.ts';
import { addressAfter, go } from './place.ts';

interface Props {
  class?: string;
  title?: string;
  style?: Record<string, string>;
  /** Which object it is, where it is looked for. */
  'data-key'?: string;
  /** Undefined for the fleet. */
  to: ObjectName | undefined;
  /** Which part of its page; the first where that is left out. */
  tab?: string;
  onGo?: () => void;
  children: ComponentChildren;
}

/** To the page of an object, or back to the fleet; what browsers do with a modified click, they do. */
export function Link({ to, tab, onGo, children, ...rest }: Props) {
  return (
    <a
      {...rest}
      href={addressAfter({ view: 'fleet', object: to, tab })}
      onClick={event => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        onGo?.();
        go({ view: 'fleet', object: to, tab });
      }}
    >
      {children}
    </a>
  );
}

/** What an object is called. */
export function Who({ row: { kind, namespace, name } }: { row: ObjectName }) {
  return (
    <span class="who">
      <strong>{name}</strong>
      <small>
        {plainKind(kind)}
        {namespace && ` · ${namespace}`}
      </small>
    </span>
  );
}
