import type { Receiver } from '@millrace/api';
import { Stalled } from '@millrace/controller';
import { describe, expect, test } from 'vitest';
import { validate } from './validate.ts';

type Spec = Receiver['spec'];

const resources: Spec['resources'] = [{ kind: 'GitRepository', name: 'a' }];
const generic: Spec = { type: 'generic', secretRef: { name: 'token' }, resources };
const validations = [{ expression: "claims.org == 'mine'", message: 'wrong org' }];
const issuerURL = 'https://issuer.example.com';
const oidc: Spec = { type: 'generic-oidc', oidcProviders: [{ issuerURL, validations }], resources };
const provider = (more: object): Spec => ({ ...oidc, oidcProviders: [{ issuerURL, validations, ...more }] });

describe('a spec', () => {
  test.each([
    generic,
    oidc,
    { ...generic, resourceFilter: 'req.tag == res.metadata.name && has(req.x)' },
    { ...oidc, resourceFilter: "claims.org == 'mine'" },
    provider({ variables: [{ name: 'a', expression: 'claims.a' }] }),
  ] satisfies Spec[])('is worked with: %j', spec => {
    expect(() => validate(spec)).not.toThrow();
  });

  test.each<[string, string, Spec]>([
    ['InvalidCELExpression', 'invalid resourceFilter expression', { ...generic, resourceFilter: 'req.' }],
    ['InvalidCELExpression', 'expected bool, got string', { ...generic, resourceFilter: "'a'" }],
    [
      'InvalidCELExpression',
      "undeclared reference to 'claims'",
      { ...generic, resourceFilter: 'claims.a == 1' },
    ],
    [
      'InvalidCELExpression',
      'more than 20000 characters',
      { ...generic, resourceFilter: `'${'x'.repeat(20_000)}' == ''` },
    ],
    [
      'InvalidCELExpression',
      'invalid filter expression for resources[0] (kind="GitRepository", name="a")',
      { ...generic, resources: [{ kind: 'GitRepository', name: 'a', filter: 'x' }] },
    ],
    [
      'InvalidCELExpression',
      'invalid expression for variable "a"',
      provider({ variables: [{ name: 'a', expression: 'b' }] }),
    ],
    [
      'InvalidCELExpression',
      'invalid expression for validation "m"',
      provider({ validations: [{ message: 'm', expression: '1' }] }),
    ],
    ['ValidationFailed', 'requires at least one oidcProvider', { ...oidc, oidcProviders: [] }],
    [
      'ValidationFailed',
      'only be set when type is generic-oidc',
      { ...generic, oidcProviders: oidc.oidcProviders },
    ],
    ['ValidationFailed', 'secretRef cannot be set', { ...oidc, secretRef: { name: 'x' } }],
    ['ValidationFailed', 'secretRef is required', { type: 'github', resources }],
    ['ValidationFailed', 'must start with http:// or https://', provider({ issuerURL: 'file:///x' })],
    ['ValidationFailed', 'at least one validation is required', provider({ validations: [] })],
    ['ValidationFailed', 'name is required', provider({ variables: [{ name: '', expression: '1' }] })],
    [
      'ValidationFailed',
      'expression is required',
      provider({ validations: [{ message: 'm', expression: '' }] }),
    ],
    [
      'ValidationFailed',
      'message is required',
      provider({ validations: [{ message: '', expression: 'true' }] }),
    ],
    [
      'ValidationFailed',
      'duplicate issuerURL',
      { ...oidc, oidcProviders: [...(oidc.oidcProviders ?? []), ...(oidc.oidcProviders ?? [])] },
    ],
  ])('stalls as %s: %s', (reason, words, spec) => {
    expect(() => validate(spec)).toThrow(
      expect.objectContaining({ reason, message: expect.stringContaining(words) }),
    );
    expect(() => validate(spec)).toThrow(Stalled);
  });
});
