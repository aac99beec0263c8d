import { FlagError } from './flags/index.ts';

/** Gates by name, on or off. */
export type FeatureGates<Names extends string = string> = Record<Names, boolean>;

/**
 * The gates with what `--feature-gates` says of them: `A=true,B=false`. Throws FlagError for a gate that there is not,
 * naming those that there are.
 */
export function readFeatureGates<Names extends string>(
  text: string,
  initial: FeatureGates<Names>,
): FeatureGates<Names> {
  const gates = { ...initial };
  for (const part of text.split(',')) {
    if (part.trim() === '') continue;
    const [name = '', value = ''] = part.split('=').map(word => word.trim());
    if (!isGate(name, gates))
      throw new FlagError(
        `--feature-gates: there is no gate "${name}", only ${Object.keys(gates).join(', ')}`,
      );
    if (!/^(true|false)$/i.test(value))
      throw new FlagError(`--feature-gates: ${name} is true or false, not "${value}"`);
    gates[name] = value.toLowerCase() === 'true';
  }
  return gates;
}

function isGate<Names extends string>(name: string, gates: FeatureGates<Names>): name is Names {
  return Object.hasOwn(gates, name);
}
