import type { Library } from '../../check/environment.ts';
import { type CelFunction, celFunction, member } from '../../check/function.ts';
import { bool, opaque, string, type Type } from '../../check/type.ts';
import { EvaluationError } from '../../error.ts';
import { OpaqueValue } from '../../value/value.ts';
import { nominal } from './ip.ts';

export const authorizerType = opaque('kubernetes.authorization.Authorizer');
const pathType = opaque('kubernetes.authorization.PathCheck');
const groupType = opaque('kubernetes.authorization.GroupCheck');
export const resourceCheckType = opaque('kubernetes.authorization.ResourceCheck');
const decisionType = opaque('kubernetes.authorization.Decision');

/** What an expression wants to know: whether somebody may do something. */
export interface AuthorizationQuestion {
  readonly verb: string;
  /** Of the request's user unless the expression names a service account. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  /** Set for questions about paths only. */
  readonly path?: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

export interface AuthorizationAnswer {
  readonly allowed: boolean;
  readonly reason: string;
  readonly error?: string;
}

type Ask = (question: AuthorizationQuestion) => AuthorizationAnswer;
type Facts = Omit<AuthorizationQuestion, 'verb'>;

/** A question as far as it has been asked. */
class Check extends OpaqueValue {
  readonly type: Type;
  readonly ask: Ask;
  readonly facts: Facts;

  constructor(type: Type, ask: Ask, facts: Facts) {
    super();
    this.type = type;
    this.ask = ask;
    this.facts = facts;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof Check && JSON.stringify(this.facts) === JSON.stringify(other.facts);
  }

  with(type: Type, more: Partial<Facts>): Check {
    return new Check(type, this.ask, { ...this.facts, ...more });
  }
}

class Decision extends OpaqueValue {
  readonly type = decisionType;
  readonly answer: AuthorizationAnswer;

  constructor(answer: AuthorizationAnswer) {
    super();
    this.answer = answer;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof Decision && JSON.stringify(this.answer) === JSON.stringify(other.answer);
  }
}

const nothing: Facts = { group: '', resource: '', subresource: '', namespace: '', name: '' };

/** The variable `authorizer`: it asks the given function. */
export function authorizer(ask: Ask): OpaqueValue {
  return new Check(authorizerType, ask, nothing);
}

/** The variable `authorizer.requestResource`: what the request is about is filled in. */
export function requestResourceAuthorizer(ask: Ask, about: Facts): OpaqueValue {
  return new Check(resourceCheckType, ask, about);
}

function narrowed(name: 'subresource' | 'namespace' | 'name'): CelFunction {
  return celFunction(
    name,
    [
      member([resourceCheckType, string], resourceCheckType, (check: Check, text: string) =>
        check.with(resourceCheckType, { [name]: text }),
      ),
    ],
    { cost: nominal },
  );
}

function serviceAccount(check: Check, namespace: string, name: string): Check {
  const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
  if (!label.test(namespace)) throw new EvaluationError('Invalid service account namespace');
  if (!/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name))
    throw new EvaluationError('Invalid service account name');
  return check.with(authorizerType, { serviceAccount: { namespace, name } });
}

function path(check: Check, text: string): Check {
  if (text === '') throw new EvaluationError('path must not be empty');
  return check.with(pathType, { path: text });
}

function decide(check: Check, verb: string): Decision {
  return new Decision(check.ask({ ...check.facts, verb }));
}

/** What Kubernetes charges, so that an expression can ask no more than twice. */
const checkCost = 350_000;

function told(
  name: string,
  type: Type,
  read: (answer: AuthorizationAnswer) => string | boolean,
): CelFunction {
  return celFunction(name, [member([decisionType], type, ({ answer }: Decision) => read(answer))], {
    cost: nominal,
  });
}

/** https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-authorizer-library */
export const authorizerLibrary: Library = {
  types: [authorizerType, pathType, groupType, resourceCheckType, decisionType],
  functions: [
    celFunction('path', [member([authorizerType, string], pathType, path)], { cost: nominal }),
    celFunction(
      'serviceAccount',
      [member([authorizerType, string, string], authorizerType, serviceAccount)],
      {
        cost: nominal,
      },
    ),
    celFunction(
      'group',
      [
        member([authorizerType, string], groupType, (check: Check, group: string) =>
          check.with(groupType, { group }),
        ),
      ],
      { cost: nominal },
    ),
    celFunction(
      'resource',
      [
        member([groupType, string], resourceCheckType, (check: Check, resource: string) =>
          check.with(resourceCheckType, { resource }),
        ),
      ],
      { cost: nominal },
    ),
    narrowed('subresource'),
    narrowed('namespace'),
    narrowed('name'),
    celFunction(
      'check',
      [
        member([pathType, string], decisionType, decide),
        member([resourceCheckType, string], decisionType, decide),
      ],
      { cost: () => checkCost },
    ),
    told('allowed', bool, ({ allowed }) => allowed),
    told('reason', string, ({ reason }) => reason),
    told('error', string, ({ error }) => error ?? ''),
    told('errored', bool, ({ error }) => error !== undefined),
  ],
};
