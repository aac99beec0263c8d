import { applying } from './applying.ts';
import { building } from './building.ts';
import { waiting } from './waiting.ts';

export const scenarios = [...applying, ...building, ...waiting];
