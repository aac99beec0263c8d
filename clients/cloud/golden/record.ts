import { writeFileSync } from 'node:fs';
import { recordExchanges } from '@millrace/http/testing';
import { loginAtEcr } from '../testing/moto.ts';

/*
 * Writes ecr.json: how a ServiceAccount logs in at ECR, by STS. With its version in MADE_BY, where moto_server is as the
 * argument: node record.ts http://127.0.0.1:5000
 */
const [, , origin = ''] = process.argv;
const { MADE_BY } = process.env;
if (!MADE_BY || !origin) throw new Error('say where moto_server is, and in MADE_BY its version');
const recorder = await recordExchanges(origin);
const login = await loginAtEcr(recorder.port);
recorder.stop();
const content = { 'made by': MADE_BY, login, exchanges: recorder.exchanges };
writeFileSync(new URL('ecr.json', import.meta.url), `${JSON.stringify(content, null, 1)}\n`);
