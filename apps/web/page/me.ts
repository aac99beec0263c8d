import { signal } from '@preact/signals';
import type { Me } from '../model/me.ts';

/** Who looks at the page; undefined until the server has said it. */
export const me = signal<Me | undefined>(undefined);
