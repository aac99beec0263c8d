import {
  authorizerType,
  CelError,
  compile,
  createEnvironment,
  type Environment,
  kubernetesLibraries,
  type Program,
  resourceCheckType,
  types,
  withVariables,
} from '@millrace/cel';
import { mutationLibrary } from './mutation-library.ts';

const { bool, dyn, int, list, map, object, string, timestamp } = types;
type Type = types.Type;

/** What an expression of admission may name besides the request and its objects. */
export interface Declarations {
  readonly params: boolean;
  readonly authorizer: boolean;
  /** Whether it may make objects and patches, as mutations do. */
  readonly mutates?: boolean;
  /** The policy's own variables so far, with the types of their results. */
  readonly variables?: ReadonlyMap<string, Type>;
}

/** An expression that is ready, or why it is not. */
export type Compiled =
  | { readonly text: string; readonly program: Program }
  | { readonly text: string; readonly problem: string };

function record(name: string, fields: Record<string, Type>): Type {
  return object(name, new Map(Object.entries(fields)));
}

const kind = record('kubernetes.GroupVersionKind', { group: string, version: string, kind: string });
const resource = record('kubernetes.GroupVersionResource', {
  group: string,
  version: string,
  resource: string,
});

/** https://kubernetes.io/docs/reference/config-api/apiserver-admission.v1/#admission-k8s-io-v1-AdmissionRequest */
const request = record('kubernetes.AdmissionRequest', {
  kind,
  resource,
  subResource: string,
  requestKind: kind,
  requestResource: resource,
  requestSubResource: string,
  name: string,
  namespace: string,
  operation: string,
  userInfo: record('kubernetes.UserInfo', {
    username: string,
    uid: string,
    groups: list(string),
    extra: map(string, list(string)),
  }),
  dryRun: bool,
  options: dyn,
});

const namespace = record('kubernetes.Namespace', {
  metadata: record('kubernetes.NamespaceMetadata', {
    name: string,
    generateName: string,
    namespace: string,
    labels: map(string, string),
    annotations: map(string, string),
    UID: string,
    creationTimestamp: timestamp,
    deletionGracePeriodSeconds: int,
    deletionTimestamp: timestamp,
    generation: int,
    resourceVersion: string,
    finalizers: list(string),
  }),
  spec: record('kubernetes.NamespaceSpec', { finalizers: list(string) }),
  status: record('kubernetes.NamespaceStatus', {
    conditions: list(
      record('kubernetes.NamespaceCondition', {
        status: string,
        type: string,
        lastTransitionTime: timestamp,
        message: string,
        reason: string,
      }),
    ),
    phase: string,
  }),
});

const requestVariables = { object: dyn, oldObject: dyn, namespaceObject: namespace, request };
const base = withVariables(createEnvironment(kubernetesLibraries), requestVariables);
const mutating = withVariables(
  createEnvironment([...kubernetesLibraries, mutationLibrary]),
  requestVariables,
);

function environment({ params, authorizer, mutates, variables }: Declarations): Environment {
  return withVariables(mutates ? mutating : base, {
    ...(params && { params: dyn }),
    ...(authorizer && { authorizer: authorizerType, 'authorizer.requestResource': resourceCheckType }),
    ...(variables && { variables: object('kubernetes.variables', variables) }),
  });
}

/** Compile an expression whose result is of one of the types; any will do where none is given. */
export function compileExpression(
  text: string,
  declarations: Declarations,
  wanted: readonly types.Type[] = [],
): Compiled {
  try {
    const program = compile(text, environment(declarations));
    if (wanted.length === 0 || wanted.some(type => types.same(type, program.type))) return { text, program };
    const names = wanted.map(types.typeText);
    const expected = names.length === 1 ? names[0] : `one of [${names.join(' ')}]`;
    return { text, problem: `must evaluate to ${expected} but got ${types.typeText(program.type)}` };
  } catch (error) {
    const why = error instanceof CelError ? 'compilation failed' : 'program instantiation failed';
    return { text, problem: `${why}: ${(error as Error).message}` };
  }
}
