import type { Column } from './columns.ts';

/** The columns after the name, by storage of the resource. */
export const printers: Readonly<Record<string, readonly Column[]>> = {};
