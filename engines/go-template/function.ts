import { type CallContext, type GoMap, type GoObject, TemplateFunction, type Value } from './value.ts';

/** How arguments of the usual Go types come; those of any other type come as GoObject. */
interface ParameterTypes {
  string: string;
  bool: boolean;
  int: number;
  int64: bigint;
  float64: number;
  'interface {}': Exclude<Value, undefined>;
  'reflect.Value': Value;
  '[]interface {}': Value[];
  '[]string': string[];
  '[]uint8': Uint8Array;
  uint32: bigint;
  uint64: bigint;
  'map[string]interface {}': GoMap;
}

type Parameter<T> = T extends keyof ParameterTypes ? ParameterTypes[T] : GoObject;

type Parameters<P extends readonly string[]> = { [K in keyof P]: Parameter<P[K]> };

/**
 * A function for templates. The parameter types are Go's (`string`, `int`, `interface {}`, `[]string`); arguments
 * that do not fit are refused before the call, in Go's words. What it throws becomes `error calling name: message`.
 */
export function goFunction<const P extends readonly string[]>(
  params: P,
  call: (...args: Parameters<P>) => Value,
  result?: string,
): TemplateFunction {
  const invoke = (_: CallContext, args: never[]) => call(...checked<Parameters<P>>(args));
  return new TemplateFunction(params, undefined, invoke, result);
}

/** A function with any number of arguments of one type after the fixed ones. */
export function variadicFunction<const P extends readonly string[], const V extends string>(
  params: P,
  rest: V,
  call: (...args: [...Parameters<P>, ...Parameter<V>[]]) => Value,
): TemplateFunction {
  type Args = [...Parameters<P>, ...Parameter<V>[]];
  return new TemplateFunction(params, rest, (_, args) => call(...checked<Args>(args)));
}

/** A function that needs the execution which calls it, such as include. */
export function contextFunction<const P extends readonly string[]>(
  params: P,
  call: (context: CallContext, ...args: Parameters<P>) => Value,
): TemplateFunction {
  return new TemplateFunction(params, undefined, (context, args) =>
    call(context, ...checked<Parameters<P>>(args)),
  );
}

/** The same with any number of arguments of one type after the fixed ones. */
export function contextVariadicFunction<const P extends readonly string[], const V extends string>(
  params: P,
  rest: V,
  call: (context: CallContext, ...args: [...Parameters<P>, ...Parameter<V>[]]) => Value,
): TemplateFunction {
  type Args = [...Parameters<P>, ...Parameter<V>[]];
  return new TemplateFunction(params, rest, (context, args) => call(context, ...checked<Args>(args)));
}

/** Arguments that the call has held against the types of the parameters, which the compiler cannot see. */
function checked<Args>(args: never[]): Args {
  return args as unknown as Args;
}
