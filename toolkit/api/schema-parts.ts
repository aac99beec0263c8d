import { type Static, type TSchema, type TSchemaOptions, Type } from 'typebox';

/** Schema parts that several kinds use. What the CRDs of Flux v2.9 say is the rule for each of them. */

export const string = (options: TSchemaOptions = {}) => Type.String(options);
export const boolean = (options: TSchemaOptions = {}) => Type.Boolean(options);
/** Go's `int`. */
export const integer = (options: TSchemaOptions = {}) => Type.Integer(options);
export const int64 = (options: TSchemaOptions = {}) => Type.Integer({ format: 'int64', ...options });
export const time = () => Type.String({ format: 'date-time' });
export const optional = Type.Optional;
export const object = Type.Object;
export const array = Type.Array;

/** A mapping with free keys and values of text. */
export const stringMap = () =>
  Type.Unsafe<Record<string, string>>({ type: 'object', additionalProperties: { type: 'string' } });

/** A mapping with free keys and values of one shape. */
export const mapOf = <S extends TSchema>(value: S) =>
  Type.Unsafe<Record<string, Static<S>>>({ type: 'object', additionalProperties: value });

export const oneOf = <const Values extends string[]>(...values: Values) =>
  Type.Unsafe<Values[number]>({ type: 'string', enum: values });

/** A rule in CEL that the API server holds the object to. */
export const withRules = <S extends TSchema>(schema: S, rules: { rule: string; message: string }[]): S => ({
  ...schema,
  'x-kubernetes-validations': rules,
});

/** Go's durations as Flux allows them: no signs, no microseconds. */
export const duration = (options: TSchemaOptions = {}) =>
  string({ pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$', ...options });

/** Timeouts of sources: hours are not allowed. */
export const shortDuration = (options: TSchemaOptions = {}) =>
  string({ pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m))+$', ...options });

/** The name of an object in the same namespace. */
export const localReference = () => object({ name: string() });

/** Objects that alerts listen to and receivers wake: one by its name, or with `*` those with the labels. */
export const namedObjects = () => ({
  apiVersion: optional(string()),
  kind: oneOf(
    'Bucket',
    'GitRepository',
    'Kustomization',
    'HelmRelease',
    'HelmChart',
    'HelmRepository',
    'ImageRepository',
    'ImagePolicy',
    'ImageUpdateAutomation',
    'OCIRepository',
    'ArtifactGenerator',
    'ExternalArtifact',
  ),
  matchLabels: optional(stringMap()),
  name: string({ maxLength: 253, minLength: 1 }),
  namespace: optional(string({ maxLength: 253, minLength: 1 })),
});

/** Who else might use an object: it has never had an effect. */
export const accessFrom = () =>
  object({ namespaceSelectors: array(object({ matchLabels: optional(stringMap()) })) });

export const conditions = () =>
  array(
    object({
      lastTransitionTime: time(),
      message: string({ maxLength: 32768 }),
      observedGeneration: optional(int64({ minimum: 0 })),
      reason: string({ maxLength: 1024, minLength: 1, pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$' }),
      status: oneOf('True', 'False', 'Unknown'),
      type: string({
        maxLength: 316,
        pattern:
          '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
      }),
    }),
  );

/** What a source offers for download. */
export const artifact = () =>
  object({
    digest: string({ pattern: '^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$' }),
    lastUpdateTime: time(),
    metadata: optional(stringMap()),
    path: string(),
    revision: string(),
    size: optional(int64()),
    url: string(),
  });

/** An image that a policy has chosen. */
export const imageReference = () => object({ digest: optional(string()), name: string(), tag: string() });

/** Which objects a patch of kustomize, or an ignore rule, is for. */
export const selector = () =>
  object({
    annotationSelector: optional(string()),
    group: optional(string()),
    kind: optional(string()),
    labelSelector: optional(string()),
    name: optional(string()),
    namespace: optional(string()),
    version: optional(string()),
  });

export const ageColumn = { name: 'Age', type: 'date' as const, jsonPath: '.metadata.creationTimestamp' };

export const readyColumns = [
  ageColumn,
  { name: 'Ready', type: 'string' as const, jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: 'Status', type: 'string' as const, jsonPath: '.status.conditions[?(@.type=="Ready")].message' },
];
