export {
  createEnvironment,
  type Environment,
  type Library,
  withAnyVariable,
  withVariables,
} from './check/environment.ts';
export { type CelFunction, celFunction, global, member } from './check/function.ts';
export type { Messages, MessageType } from './check/message.ts';
export * as types from './check/type.ts';
export { estimateCost } from './cost/estimate.ts';
export { endless } from './cost/range.ts';
export { CelError, CostLimitExceeded, EvaluationError, type Issue } from './error.ts';
export {
  type AuthorizationAnswer,
  type AuthorizationQuestion,
  authorizer,
  authorizerType,
  requestResourceAuthorizer,
  resourceCheckType,
} from './library/kubernetes/authorizer.ts';
export { fluxLibraries, kubernetesLibraries } from './library/libraries.ts';
export { compile, type EvaluateOptions, type Program, perCallLimit } from './program.ts';
export { type Declaration, declare } from './schema/declaration.ts';
export { escapeName, unescapeName } from './schema/property-name.ts';
export { requestLimit } from './schema/size-limits.ts';
export { view } from './schema/view.ts';
export { fromJson } from './value/json.ts';
export { LazyObject } from './value/lazy-object.ts';
export { Message } from './value/message.ts';
export { toJson } from './value/to-json.ts';
export { ListValue, MapValue, none, OpaqueValue, Optional, type Value } from './value/value.ts';
