import {
  execute,
  GoObject,
  goFunction,
  parseTemplate,
  TemplateError,
  type TemplateFunction,
  type Value,
  withType,
} from '@millrace/go-template';
import { sprigFunctions } from '@millrace/go-template/sprig';
import type { Change, ObjectId } from '@millrace/markers';

/** The template makes no message. */
export class MessageError extends Error {
  override readonly name = 'MessageError';
  /** It asks for what there was once: only another template can help. */
  readonly isOutdated: boolean;

  constructor(message: string, isOutdated: boolean, options?: ErrorOptions) {
    super(message, options);
    this.isOutdated = isOutdated;
  }
}

/** What was changed in a file. */
export interface FileChanges {
  path: string;
  changes: Change[];
}

/** What a commit message is made of. */
export interface MessageData {
  namespace: string;
  name: string;
  values: Record<string, string>;
  files: FileChanges[];
}

const defaultMessage = 'Update from image update automation';

/** What may come of a template is a message. */
const limits = { outputSize: 2 ** 20, steps: 1_000_000, depth: 100 };

/** Milliseconds for it. */
const patience = 5000;

/** Functions that do not give the same each time, or ask the machine (sprig, nonhermeticFunctions). */
const notHermetic = new Set(
  [
    'date date_in_zone date_modify now htmlDate htmlDateInZone dateInZone dateModify',
    'randAlphaNum randAlpha randAscii randNumeric randBytes uuidv4 env expandenv getHostByName',
  ].flatMap(line => line.split(' ')),
);

let functions: Record<string, TemplateFunction> | undefined;

/** The message of a commit (image-automation-controller, docs/spec/v1, Message Template). Throws MessageError. */
export function commitMessage(template: string | undefined, data: MessageData): string {
  if (!template) return defaultMessage;
  functions ??= Object.fromEntries(
    Object.entries(sprigFunctions()).filter(([name]) => !notHermetic.has(name)),
  );
  const end = Date.now() + patience;
  const name = 'commit message';
  try {
    const set = parseTemplate(name, template, { functions });
    return execute(set, name, templateData(data), { limits: { ...limits, expired: () => Date.now() > end } });
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    throw refused(cause);
  }
}

const guide = 'https://fluxcd.io/flux/components/image/imageupdateautomations/#message-template';

function refused(cause: TemplateError): MessageError {
  const removed = (field: string, advice: string) =>
    new MessageError(
      `template uses removed '${field}' field. Please use ${advice} instead. See: ${guide}`,
      true,
      { cause },
    );
  if (cause.message.includes("can't evaluate field Updated in type source.TemplateData"))
    return removed('.Updated', "'.Changed'");
  if (cause.message.includes("can't evaluate field ImageResult in type update.Result"))
    return removed('.Changed.ImageResult', "'.Changed.FileChanges' or '.Changed.Objects'");
  const what = cause.message.includes('executing "')
    ? 'failed to run template from spec'
    : 'unable to create commit message template from spec';
  return new MessageError(`${what}: ${cause.message}`, false, { cause });
}

/** As a template sees it: the types of upstream, with their fields and methods. */
function templateData({ namespace, name, values, files }: MessageData): Value {
  const automation = struct(
    'types.NamespacedName',
    { Namespace: namespace, Name: name },
    () => `${namespace}/${name}`,
  );
  return struct('source.TemplateData', {
    AutomationObject: automation,
    Changed: changed(files),
    Values: withType({ ...values }, 'map[string]string'),
  });
}

function changed(files: FileChanges[]): GoObject {
  const byFile = new Map<Value, Value>(files.map(({ path, changes }) => [path, byObject(changes)]));
  const all = files.flatMap(({ changes }) => changes);
  return new GoObject({
    type: 'update.Result',
    kind: 'struct',
    fields: { FileChanges: withType(byFile, 'map[string]update.ObjectChanges') },
    methods: {
      Changes: goFunction([], () => list(distinct(all))),
      Objects: goFunction([], () => byObject(all)),
    },
  });
}

function byObject(changes: Change[]): Map<Value, Value> {
  const groups = Map.groupBy(changes, ({ object }) => JSON.stringify(object));
  const sorted = [...groups.values()].sort(([a], [b]) => (orderOf(a!.object) < orderOf(b!.object) ? -1 : 1));
  const entries = sorted.map(group => [identifier(group[0]!.object), list(group)] as const);
  return withType(new Map<Value, Value>(entries), 'map[update.ObjectIdentifier][]update.Change');
}

const orderOf = ({ apiVersion, kind, name, namespace }: ObjectId) =>
  [apiVersion, kind, name, namespace].join('\0');

function identifier({ apiVersion, kind, namespace, name }: ObjectId): GoObject {
  const fields = { APIVersion: apiVersion, Kind: kind, Name: name, Namespace: namespace };
  return struct(
    'update.ObjectIdentifier',
    fields,
    () => `{{{${apiVersion} ${kind}} {${name} ${namespace}}}}`,
  );
}

const list = (changes: Change[]): Value[] =>
  withType(
    changes.map(change =>
      struct('update.Change', { OldValue: change.old, NewValue: change.new, Setter: change.setter }),
    ),
    '[]update.Change',
  );

function distinct(changes: Change[]): Change[] {
  return [
    ...new Map(changes.map(change => [[change.old, change.new, change.setter].join('\0'), change])).values(),
  ];
}

function struct(type: string, fields: Record<string, Value>, text?: () => string): GoObject {
  return new GoObject({ type, kind: 'struct', fields, ...(text ? { text } : {}) });
}
