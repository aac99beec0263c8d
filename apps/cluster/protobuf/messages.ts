import table from './messages.json' with { type: 'json' };

/** One field of a message: how it is called in JSON and what it holds. */
export interface Field {
  readonly name: string;
  readonly repeats: 'no' | 'list' | 'map';
  /** `s` string, `b` boolean, `i` integer, `d` double, `y` bytes, or the name of a message. */
  readonly type: string;
  /** The fields of the message stand in JSON beside those of its parent. */
  readonly inline: boolean;
  /** The value that stands for nothing is left out of JSON. */
  readonly omitsZero: boolean;
}

/** The fields of a message by their number. */
export type Message = ReadonlyMap<number, Field>;

const known = new Map<string, Message | undefined>();

/**
 * The fields of a message such as `core.v1.Pod`; undefined when there is none of that name.
 *
 * messages.json holds the facts of the published types and protocol of k8s.io/api, apimachinery, apiextensions-apiserver
 * and kube-aggregator v0.36:
 * number, JSON name and type, `[]` before the type of a list and `{}` before that of a map with string keys, `^`
 * behind what is inline and `~` behind what omits its zero.
 */
export function messageOf(name: string): Message | undefined {
  if (!known.has(name)) {
    const text = (table as Readonly<Record<string, string>>)[name];
    known.set(
      name,
      text === undefined ? undefined : new Map(text.split('|').filter(Boolean).map(parseField)),
    );
  }
  return known.get(name);
}

const form = /^(\d+) (\S*) (\[\]|\{\})?([\w.]+)([\^~])?$/;

function parseField(text: string): [number, Field] {
  const [, number, name, repeats, type, mark] = form.exec(text)!;
  return [
    Number(number),
    {
      name: name!,
      repeats: repeats === '[]' ? 'list' : repeats === '{}' ? 'map' : 'no',
      type: type!,
      inline: mark === '^',
      omitsZero: mark === '~',
    },
  ];
}

/** The message of a kind. Groups go by their first label in the protocol; options of requests belong to meta. */
export function messageNameOf(apiVersion: string, kind: string): string | undefined {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? 'core' : apiVersion.slice(0, slash).split('.')[0]!;
  const version = apiVersion.slice(slash + 1);
  const name = `${group === 'internal' ? 'apiserverinternal' : group}.${version}.${kind}`;
  if (messageOf(name)) return name;
  return messageOf(`meta.v1.${kind}`) ? `meta.v1.${kind}` : undefined;
}
