import { isObject, type Json } from '@millrace/json';
import { SignatureError } from '../errors.ts';
import { requireObject } from '../store.ts';
import { type DistinguishedName, isPartOf, parseDistinguishedName } from './distinguished-name.ts';

/** What is looked at in a signature, and what becomes of it when that is wrong. */
export type Check = 'integrity' | 'authenticity' | 'authenticTimestamp' | 'expiry' | 'revocation';
export type Action = 'enforce' | 'log' | 'skip';
export type Level = Record<Check, Action>;

/** What a policy says of one artifact (Notary Project, specs/trust-store-trust-policy.md). */
export interface Statement {
  name: string;
  /** Undefined: no signature is asked for. */
  level: Level | undefined;
  /** Kinds of stores that are trusted: `ca`, `signingAuthority`, `tsa`. */
  stores: Set<string>;
  /** Whoever holds a certificate of a store, or those that these are part of the name of. */
  identities: '*' | DistinguishedName[];
  verifyTimestamp: 'always' | 'afterCertExpiry';
}

const strict: Level = {
  integrity: 'enforce',
  authenticity: 'enforce',
  authenticTimestamp: 'enforce',
  expiry: 'enforce',
  revocation: 'enforce',
};
const permissive: Level = { ...strict, authenticTimestamp: 'log', expiry: 'log', revocation: 'log' };
const levels: Record<string, Level | undefined> = {
  strict,
  permissive,
  audit: { ...permissive, authenticity: 'log' },
  skip: undefined,
};

interface Scoped {
  scopes: string[];
  statement: Statement;
}

/** The statement for a repository: that which names it, or the one for all. Throws SignatureError. */
export function statementFor(policy: string, repository: string): Statement {
  const all = statementsOf(policy);
  const found =
    all.find(({ scopes }) => scopes.includes(repository)) ?? all.find(({ scopes }) => scopes.includes('*'));
  if (found) return found.statement;
  throw new SignatureError(
    `artifact '${repository}' has no applicable trust policy statement: its registryScopes name the repository, or '*'`,
  );
}

function statementsOf(policy: string): Scoped[] {
  const document = requireObject(policy, 'trustpolicy.json');
  if (document.version !== '1.0') throw new SignatureError('trustpolicy.json: version has to be "1.0"');
  const list = document.trustPolicies;
  if (!Array.isArray(list) || list.length === 0)
    throw new SignatureError('trust policy document can not have zero trust policy statements');
  const all = list.map(statementOf);
  requireUnique(
    all.map(({ statement }) => statement.name),
    name => `multiple trust policy statements use the same name '${name}'`,
  );
  requireUnique(
    all.flatMap(({ scopes }) => scopes),
    scope => `registry scope '${scope}' is present in multiple trust policy statements`,
  );
  return all;
}

function requireUnique(values: string[], problem: (value: string) => string): void {
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  if (twice !== undefined) throw new SignatureError(problem(twice));
}

function statementOf(value: Json): Scoped {
  const { name, registryScopes, signatureVerification, trustStores, trustedIdentities } = isObject(value)
    ? value
    : {};
  if (typeof name !== 'string' || name === '')
    throw new SignatureError('a trust policy statement is missing a name');
  const wrong = (problem: string) => new SignatureError(`trust policy statement '${name}' ${problem}`);
  const scopes = texts(registryScopes);
  if (scopes.length === 0) throw wrong('has zero registry scopes');
  if (scopes.length > 1 && scopes.includes('*')) throw wrong("uses '*' beside other registry scopes");
  const unclear = scopes.find(scope => scope !== '*' && !isScope(scope));
  if (unclear !== undefined) throw wrong(`has the registry scope '${unclear}', which is no repository`);
  const { level, verifyTimestamp = 'always' } = isObject(signatureVerification) ? signatureVerification : {};
  if (verifyTimestamp !== 'always' && verifyTimestamp !== 'afterCertExpiry')
    throw wrong("has invalid signatureVerification: verifyTimestamp is 'always' or 'afterCertExpiry'");
  const skips = level === 'skip';
  const statement: Statement = {
    name,
    level: levelOf(signatureVerification, wrong),
    // Where nothing is verified, nobody needs to be trusted: what says so is passed over, as in Flux.
    stores: skips ? new Set() : storesOf(texts(trustStores), wrong),
    identities: skips ? [] : identitiesOf(texts(trustedIdentities), wrong),
    verifyTimestamp,
  };
  return { scopes, statement };
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter(text => typeof text === 'string') : [];
}

const isScope = (scope: string) => /^[A-Za-z0-9.:-]+\/[a-z0-9._/-]+$/.test(scope);

type Wrong = (problem: string) => SignatureError;

function levelOf(verification: Json | undefined, wrong: Wrong): Level | undefined {
  const { level: name, override } = isObject(verification) ? verification : {};
  if (typeof name !== 'string' || !Object.hasOwn(levels, name))
    throw wrong('has invalid signatureVerification: level is strict, permissive, audit or skip');
  const level = levels[name];
  const changes = Object.entries(isObject(override) ? override : {});
  if (changes.length === 0) return level;
  if (!level) throw wrong("has invalid signatureVerification: level 'skip' cannot be customized");
  const custom: Record<string, Action> = { ...level };
  for (const [check, action] of changes) {
    if (!Object.hasOwn(level, check) || check === 'integrity')
      throw wrong(`has invalid signatureVerification: '${check}' cannot be overridden`);
    if (action !== 'enforce' && action !== 'log' && action !== 'skip')
      throw wrong(`has invalid signatureVerification: '${check}' is enforce, log or skip`);
    if (action === 'skip' && check !== 'revocation')
      throw wrong(`has invalid signatureVerification: '${check}' cannot be skipped`);
    custom[check] = action;
  }
  return { ...level, ...custom };
}

const storeTypes = ['ca', 'signingAuthority', 'tsa'];

function storesOf(stores: string[], wrong: Wrong): Set<string> {
  if (stores.length === 0) throw wrong('is missing trust stores');
  return new Set(
    stores.map(store => {
      const colon = store.indexOf(':');
      const type = store.slice(0, Math.max(0, colon));
      if (!storeTypes.includes(type) || !/^[A-Za-z0-9_.-]+$/.test(store.slice(colon + 1)))
        throw wrong(`has the trust store '${store}', which is no <type>:<name>`);
      return type;
    }),
  );
}

const subjectPrefix = 'x509.subject:';

function identitiesOf(identities: string[], wrong: Wrong): Statement['identities'] {
  if (identities.length === 0) throw wrong('is missing trusted identities');
  if (identities.includes('*')) {
    if (identities.length > 1) throw wrong("uses the trusted identity '*' beside others");
    return '*';
  }
  for (const identity of identities)
    if (!identity.includes(':')) throw wrong(`has the trusted identity '${identity}', without a separator`);
  // Those of other kinds are for plugins, of which there are none.
  const names = identities
    .filter(identity => identity.startsWith(subjectPrefix))
    .map(identity => {
      try {
        return parseDistinguishedName(identity.slice(subjectPrefix.length));
      } catch (cause) {
        throw wrong(
          `has the trusted identity '${identity}': ${cause instanceof Error ? cause.message : cause}`,
        );
      }
    });
  for (const [i, one] of names.entries())
    for (const [j, other] of names.entries())
      if (i !== j && isPartOf(one, other)) throw wrong('has overlapping trusted identities');
  return names;
}
