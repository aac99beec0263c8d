import { expect, test } from 'vitest';
import { requireStsEndpoint } from './region.ts';

test.each([
  'https://sts.amazonaws.com',
  'https://sts.eu-west-1.amazonaws.com',
  'https://sts-fips.us-east-1.amazonaws.com',
  'https://vpce-002b7cc8966426bc6-njisq19r.sts.us-east-1.vpce.amazonaws.com',
  'https://vpce-002b7cc8966426bc6-njisq19r-us-east-1a.sts.us-east-1.vpce.amazonaws.com',
])('%s is an endpoint of STS', endpoint => {
  expect(requireStsEndpoint(endpoint)).toBe(endpoint);
});
