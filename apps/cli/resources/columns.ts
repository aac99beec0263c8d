import { shortenHashes } from '../output/shorten.ts';
import { textAt } from './resource.ts';
import type { Column } from './resource-kind.ts';

export const suspended: Column = {
  heading: 'Suspended',
  value: resource => (resource.suspended ? 'True' : 'False'),
};

export const revisionAt = (...path: string[]): Column => ({
  heading: 'Revision',
  value: ({ object }) => shortenHashes(textAt(object, 'status', ...path)),
});

export const exactlyAt = (heading: string, ...path: string[]): Column => ({
  heading,
  value: ({ object }) => textAt(object, ...path),
});

export const specAt = (heading: string, ...path: string[]): Column => ({
  heading,
  value: ({ object }) => textAt(object, 'spec', ...path),
});
