import { replayExchanges } from '@millrace/http/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import golden from './golden/ecr.json' with { type: 'json' };
import { loginAtEcr } from './testing/moto.ts';

beforeEach(() => void vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true'));
afterEach(() => vi.unstubAllEnvs());

test(`a ServiceAccount logs in at ECR by a role that STS gives it, as ${golden['made by']} has it`, async () => {
  const replay = await replayExchanges(JSON.parse(JSON.stringify(golden.exchanges)));
  const login = await loginAtEcr(replay.port).finally(() => replay.stop());
  expect(JSON.parse(JSON.stringify(login))).toEqual(golden.login);
  expect(replay.unknown).toEqual([]);
});
