import type { JsonObject } from '@millrace/json';
import { type FieldError, invalid } from '@millrace/schema';
import type { Api } from '../api/api.ts';
import { numberAt, objectsAt, textAt } from '../api/tree.ts';
import { type Entry, read } from '../store/entry.ts';
import type { KeyIndex } from '../store/key-index.ts';

export const firstNodePort = 30_000;
export const lastNodePort = 32_767;
/** The range of kubeadm. */
const range = '10.96.0.0/16';
const rangePattern = /^10\.96\.\d+\.\d+$/;

/** What a Service has that no other may have. */
interface Holdings {
  readonly address: string;
  readonly ports: readonly number[];
}

const known = new WeakMap<Entry, readonly string[]>();

/** What a Service holds, as keys of the index. */
function keysOf(entry: Entry): readonly string[] {
  let keys = known.get(entry);
  if (!keys) {
    const { address, ports } = holdingsIn(read(entry));
    known.set(entry, (keys = [...(address ? [address] : []), ...ports.map(String)]));
  }
  return keys;
}

function holdingsIn(service: JsonObject): Holdings {
  const ports = objectsAt(service, 'spec', 'ports').map(port => Number(port.nodePort ?? 0));
  const health = numberAt(service, 'spec', 'healthCheckNodePort') ?? 0;
  return {
    address: textAt(service, 'spec', 'clusterIP'),
    ports: [...ports, health].filter(port => port > 0),
  };
}

const indices = new WeakMap<Api['store'], KeyIndex>();

function indexOf({ store }: Api): KeyIndex {
  let index = indices.get(store);
  if (!index) indices.set(store, (index = store.index('/services', keysOf)));
  return index;
}

/** How many addresses there are to give; the first ones are left to the system. */
const addresses = 254 * 254;

/** Where the search for a free address goes on: behind the one that was given last. */
const searched = new WeakMap<Api['store'], number>();

/** A free address. What was given goes on from where the last one was, so that a search is one look as a rule. */
export function freeAddress(api: Api): string {
  const index = indexOf(api);
  const start = api.store.count('/services') === 0 ? 0 : (searched.get(api.store) ?? 0);
  for (let i = 0; i < addresses; i++) {
    const at = (start + i) % addresses;
    const address = `10.96.${Math.floor(at / 254) + 1}.${(at % 254) + 1}`;
    if (index.isHeld(address)) continue;
    searched.set(api.store, at + 1);
    return address;
  }
  throw new RangeError(`no cluster IP is left in ${range}`);
}

/** Gives out free ports of the nodes, one after the other. */
export function nodePorts(api: Api, service: JsonObject): () => number {
  const index = indexOf(api);
  const uid = textAt(service, 'metadata', 'uid');
  const used = new Set(holdingsIn(service).ports);
  return () => {
    let free = firstNodePort;
    while ((used.has(free) || index.isHeld(String(free), uid)) && free < lastNodePort) free++;
    used.add(free);
    return free;
  };
}

/** What is asked for and cannot be had: an address or a port that is out of range or another's. */
export function allocationProblems(api: Api, service: JsonObject, old: JsonObject | undefined): FieldError[] {
  const { address, ports } = holdingsIn(service);
  const before = old ? holdingsIn(old) : { address: '', ports: [] };
  const isNewAddress = address !== before.address && address !== '' && address !== 'None';
  const newPorts = ports.filter(port => !before.ports.includes(port));
  if (!isNewAddress && newPorts.length === 0) return portProblems(service, () => undefined);
  const uid = textAt(service, 'metadata', 'uid');
  const index = indexOf(api);
  const problems: FieldError[] = [];
  const cannot = (why: string) =>
    problems.push(invalid('spec.clusterIPs', [address], `failed to allocate IP ${address}: ${why}`));
  if (isNewAddress && !rangePattern.test(address))
    cannot(`the provided IP (${address}) is not in the valid range. The range of valid IPs is ${range}`);
  else if (isNewAddress && index.isHeld(address, uid)) cannot('provided IP is already allocated');
  if (newPorts.length === 0) return [...problems, ...portProblems(service, () => undefined)];
  const why = (port: number) => {
    if (!newPorts.includes(port)) return undefined;
    if (port < firstNodePort || port > lastNodePort)
      return `provided port is not in the valid range. The range of valid ports is ${firstNodePort}-${lastNodePort}`;
    return index.isHeld(String(port), uid) ? 'provided port is already allocated' : undefined;
  };
  return [...problems, ...portProblems(service, why)];
}

/** Within a Service a port may serve several protocols. */
function portProblems(service: JsonObject, why: (port: number) => string | undefined): FieldError[] {
  const seen = new Set<string>();
  return objectsAt(service, 'spec', 'ports').flatMap((port, i) => {
    const number = numberAt(port, 'nodePort') ?? 0;
    if (number === 0) return [];
    const key = `${port.protocol}/${number}`;
    const problem = seen.has(key) ? 'provided port is already allocated' : why(number);
    seen.add(key);
    return problem ? [invalid(`spec.ports[${i}].nodePort`, number, problem)] : [];
  });
}
