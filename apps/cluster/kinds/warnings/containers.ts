import type { JsonObject } from '@millrace/json';
import { numberAt, objectAt, objectsAt, textAt, valueAt } from '../../api/tree.ts';
import { fractionWarnings } from './amounts.ts';

/** A container of a Pod, and where it stands. */
export interface Placed {
  readonly container: JsonObject;
  readonly at: string;
}

export function placedContainers(spec: JsonObject, at: string): Placed[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap(list =>
    objectsAt(spec, list).map((container, i) => ({ container, at: `${at}.${list}[${i}]` })),
  );
}

/** Of what one container says by itself: amounts, and variables that are given twice. */
export function containerWarnings({ container, at }: Placed): string[] {
  const fields = ['limits', 'requests'];
  return [
    ...['memory', 'ephemeral-storage'].flatMap(name =>
      fields.flatMap(field =>
        fractionWarnings(objectAt(container, 'resources', field), name, `${at}.resources.${field}`),
      ),
    ),
    ...variableWarnings(container, at),
  ];
}

function variableWarnings(container: JsonObject, at: string): string[] {
  const names = new Set<string>();
  return objectsAt(container, 'env').flatMap((variable, i) => {
    const name = textAt(variable, 'name');
    const isNew = !names.has(name);
    names.add(name);
    if (isNew || buildsOn(variable, name)) return [];
    return [`${at}.env[${i}]: hides previous definition of "${name}", which may be dropped when using apply`];
  });
}

/** Whether a variable is made of its previous value and more. */
function buildsOn(variable: JsonObject, name: string): boolean {
  const value = textAt(variable, 'value');
  const reference = `$(${name})`;
  return variable.valueFrom === undefined && value !== reference && value.includes(reference);
}

/** Of ports of all containers of a Pod that get into each other's way. */
export function portWarnings(containers: readonly Placed[]): string[] {
  const ports = containers.flatMap(({ container, at }) =>
    objectsAt(container, 'ports').map((port, i) => ({ port, at: `${at}.ports[${i}]` })),
  );
  return [...numberWarnings(ports), ...nameWarnings(ports)];
}

interface PlacedPort {
  readonly port: JsonObject;
  readonly at: string;
}

/** What an answer can tell is bounded, so that more of one number need not be compared with each other. */
const mostCompared = 50;

function numberWarnings(ports: readonly PlacedPort[]): string[] {
  const known = new Map<string, PlacedPort[]>();
  return ports.flatMap(placed => {
    const { port, at } = placed;
    const key = `${numberAt(port, 'containerPort')}/${textAt(port, 'protocol')}`;
    const others = known.get(key) ?? [];
    known.set(key, others);
    const overlaps = others.flatMap(other => {
      const how = overlap(port, other.port);
      return how === undefined ? [] : [`${at}: ${how} port definition with ${other.at}`];
    });
    if (others.length < mostCompared) others.push(placed);
    return [...hostAddressWarnings(port, at), ...overlaps];
  });
}

function hostAddressWarnings(port: JsonObject, at: string): string[] {
  const address = textAt(port, 'hostIP');
  if (address === '' || numberAt(port, 'hostPort')) return [];
  const [name, number, protocol] = [
    textAt(port, 'name'),
    numberAt(port, 'containerPort') ?? 0,
    textAt(port, 'protocol'),
  ];
  const shown = `{Name:${name} HostPort:0 ContainerPort:${number} Protocol:${protocol} HostIP:${address}}`;
  return [`${at}: hostIP set without hostPort: ${shown}`];
}

function overlap(a: JsonObject, b: JsonObject): string | undefined {
  const [portA, portB] = [numberAt(a, 'hostPort') ?? 0, numberAt(b, 'hostPort') ?? 0];
  const [addressA, addressB] = [textAt(a, 'hostIP'), textAt(b, 'hostIP')];
  if (addressA === addressB && portA === portB) return 'duplicate';
  if (portA === 0 || portB === 0) return 'overlapping';
  const oneIsOpen = (addressA === '') !== (addressB === '');
  return portA === portB && oneIsOpen ? 'dangerously ambiguous' : undefined;
}

function nameWarnings(ports: readonly PlacedPort[]): string[] {
  const known = new Map<string, string>();
  return ports.flatMap(({ port, at }) => {
    const name = textAt(port, 'name');
    if (name === '') return [];
    const first = known.get(name);
    if (first === undefined) {
      known.set(name, at);
      return [];
    }
    const who = 'services and probes that select ports by name will use';
    return [`${at}: duplicate port name "${name}" with ${first}, ${who} ${first}`];
  });
}

/** Of annotations that fields have replaced. */
export function profileWarnings(
  { container }: Placed,
  spec: JsonObject,
  annotations: JsonObject,
  at: string,
  isTemplate: boolean,
): string[] {
  const name = textAt(container, 'name');
  const warnings: string[] = [];
  const seccomp = `container.seccomp.security.alpha.kubernetes.io/${name}`;
  if (Object.hasOwn(annotations, seccomp) && !valueAt(container, 'securityContext', 'seccompProfile'))
    warnings.push(`${at}[${seccomp}]: non-functional in v1.27+; use the "seccompProfile" field instead`);
  const armor = `container.apparmor.security.beta.kubernetes.io/${name}`;
  const isSaid =
    valueAt(container, 'securityContext', 'appArmorProfile') !== undefined ||
    means(annotations[armor], objectAt(spec, 'securityContext', 'appArmorProfile'));
  if (isTemplate && Object.hasOwn(annotations, armor) && !isSaid)
    warnings.push(`${at}[${armor}]: deprecated since v1.30; use the "appArmorProfile" field instead`);
  return warnings;
}

/** Whether an annotation of AppArmor says what the field says. */
function means(annotation: unknown, profile: JsonObject): boolean {
  if (annotation === 'unconfined') return profile.type === 'Unconfined';
  if (annotation === 'runtime/default') return profile.type === 'RuntimeDefault';
  return profile.type === 'Localhost' && annotation === `localhost/${String(profile.localhostProfile)}`;
}
