import { annotations } from './annotations.ts';
import { applying } from './applying.ts';
import { building } from './building.ts';
import { clusters } from './clusters.ts';
import { things } from './found.ts';
import { mistakes } from './mistakes.ts';
import { selecting } from './selecting.ts';
import { sources } from './sources.ts';
import { waiting } from './waiting.ts';

export const scenarios = [
  ...applying,
  ...building,
  ...waiting,
  ...sources,
  ...clusters,
  ...selecting,
  ...annotations,
  ...mistakes,
  ...things,
];
