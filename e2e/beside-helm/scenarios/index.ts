import type { Scenario } from '../scenario.ts';
import { applying } from './applying.ts';
import { charts } from './charts.ts';
import { clusters } from './clusters.ts';
import { failing } from './failing.ts';
import { things } from './found.ts';
import { hooks } from './hooks.ts';
import { living } from './living.ts';
import { options } from './options.ts';
import { selecting } from './selecting.ts';
import { sources } from './sources.ts';
import { storage } from './storage.ts';
import { targets } from './targets.ts';
import { values } from './values.ts';
import { waiting } from './waiting.ts';

export const scenarios: Scenario[] = [
  ...living,
  ...failing,
  ...hooks,
  ...storage,
  ...targets,
  ...applying,
  ...values,
  ...charts,
  ...sources,
  ...clusters,
  ...waiting,
  ...selecting,
  ...options,
  ...things,
];
