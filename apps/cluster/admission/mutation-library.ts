import { celFunction, global, type Library, type MessageType, types } from '@millrace/cel';

const { dyn, list, object, string } = types;

const noFields = new Map();
/** What an expression of an ApplyConfiguration makes. */
export const objectType = object('Object', noFields);
const patchType = object('JSONPatch', noFields);
/** What an expression of a JSONPatch makes. */
export const patchListType = list(patchType);

const patchFields: Readonly<Record<string, types.Type>> = {
  op: string,
  path: string,
  from: string,
  value: dyn,
};

/** Objects have any field; their type is named by where they stand: `Object.spec.template`. */
function objectMessage(name: string): MessageType {
  return { type: name === 'Object' ? objectType : object(name, noFields), field: () => dyn };
}

const patchMessage: MessageType = {
  type: patchType,
  field: name => (Object.hasOwn(patchFields, name) ? patchFields[name] : undefined),
};

/** https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/ */
export const mutationLibrary: Library = {
  messages(name) {
    if (name === 'JSONPatch') return patchMessage;
    return name === 'Object' || name.startsWith('Object.') ? objectMessage(name) : undefined;
  },
  functions: [
    celFunction('jsonpatch.escapeKey', [
      global([string], string, (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1')),
    ]),
  ],
};
