import type { Receiver } from '@millrace/api';
import { Stalled } from '@millrace/controller';
import { compileAt, compileCondition, InvalidExpression } from './expressions.ts';

type Spec = Receiver['spec'];
type Provider = NonNullable<Spec['oidcProviders']>[number];

/** As Flux begins what nothing but another spec can help. */
const terminal = 'Reconciliation failed terminally due to configuration error';

/**
 * Throws Stalled where the spec cannot be worked with: an expression is none, or fields do not go together, which an
 * API server that knows no rules of CRDs lets through (notification-controller v1.9.3, receiver_controller.go).
 */
export function validate(spec: Spec): void {
  const place = spec.type === 'generic-oidc' ? 'filterWithClaims' : 'filter';
  const check = (text: string | undefined, what: string) => {
    if (text) expression(what, () => compileCondition(place, text));
  };
  check(spec.resourceFilter, 'invalid resourceFilter expression');
  for (const [i, { filter, kind, name }] of spec.resources.entries())
    check(filter, `invalid filter expression for resources[${i}] (kind="${kind}", name="${name}")`);
  requireFields(spec);
  for (const [i, provider] of (spec.oidcProviders ?? []).entries()) requireProvider(spec, provider, i);
  for (const [i, provider] of (spec.oidcProviders ?? []).entries()) compileProvider(provider, i);
}

function requireFields({ type, oidcProviders = [], secretRef }: Spec): void {
  const oidc = type === 'generic-oidc';
  if (oidc && oidcProviders.length === 0)
    throw invalid('generic-oidc receiver requires at least one oidcProvider');
  if (!oidc && oidcProviders.length > 0)
    throw invalid('oidcProviders can only be set when type is generic-oidc');
  if (oidc && secretRef) throw invalid('secretRef cannot be set when type is generic-oidc');
  if (!oidc && !secretRef) throw invalid('secretRef is required when type is not generic-oidc');
}

/** Without a validation everybody would be let in who gets a token of the issuer. */
function requireProvider({ oidcProviders = [] }: Spec, provider: Provider, i: number): void {
  const { issuerURL, validations, variables = [] } = provider;
  const at = `oidcProviders[${i}]`;
  if (!issuerURL) throw invalid(`${at}: issuerURL is required`);
  if (!/^https?:\/\//.test(issuerURL))
    throw invalid(`${at}: issuerURL "${issuerURL}" must start with http:// or https://`);
  if (oidcProviders.findIndex(one => one.issuerURL === issuerURL) < i)
    throw invalid(`${at}: duplicate issuerURL "${issuerURL}"`);
  const named = `${at} (issuerURL="${issuerURL}")`;
  if (validations.length === 0)
    throw invalid(
      `${named}: at least one validation is required; without validations any caller able to obtain a token from this ` +
        'issuer can trigger the Receiver',
    );
  for (const [j, { name, expression }] of variables.entries()) {
    if (!name) throw invalid(`${named}: variables[${j}]: name is required`);
    if (!expression) throw invalid(`${named}: variables[${j}] (name="${name}"): expression is required`);
  }
  for (const [j, { message, expression }] of validations.entries()) {
    if (!expression) throw invalid(`${named}: validations[${j}]: expression is required`);
    if (!message) throw invalid(`${named}: validations[${j}]: message is required`);
  }
}

function compileProvider({ issuerURL, variables = [], validations }: Provider, i: number): void {
  const at = `oidcProviders[${i}] (issuerURL="${issuerURL}")`;
  for (const one of variables)
    expression(`${at}: invalid expression for variable "${one.name}"`, () =>
      compileAt('claims', one.expression),
    );
  for (const one of validations)
    expression(`${at}: invalid expression for validation "${one.message}"`, () =>
      compileCondition('claims', one.expression),
    );
}

function invalid(problem: string): Stalled {
  return new Stalled('ValidationFailed', `${terminal}: ${problem}`);
}

function expression(what: string, compile: () => unknown): void {
  try {
    compile();
  } catch (error) {
    if (!(error instanceof InvalidExpression)) throw error;
    throw new Stalled('InvalidCELExpression', `${terminal}: ${what}: ${error.message}`, { cause: error });
  }
}
