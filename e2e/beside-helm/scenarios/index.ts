import type { Scenario } from '../scenario.ts';
import { applying } from './applying.ts';
import { charts } from './charts.ts';
import { failing } from './failing.ts';
import { hooks } from './hooks.ts';
import { living } from './living.ts';
import { storage } from './storage.ts';
import { targets } from './targets.ts';
import { values } from './values.ts';

export const scenarios: Scenario[] = [
  ...living,
  ...failing,
  ...hooks,
  ...storage,
  ...targets,
  ...applying,
  ...values,
  ...charts,
];
