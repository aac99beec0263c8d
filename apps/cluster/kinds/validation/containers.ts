import type { Json, JsonObject } from '@millrace/json';
import { duplicate, type FieldError, invalid, notSupported, required } from '@millrace/schema';
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../../api/tree.ts';
import { oneOf } from './choices.ts';
import { environmentProblems } from './environment.ts';
import { joined } from './joined.ts';
import { dnsLabel } from './names.ts';
import { portNameProblems, portNumberProblems, within } from './numbers.ts';
import { probeProblems } from './probes.ts';
import { resourceProblems } from './resources.ts';

/** What is wrong with the containers of a Pod spec at `path`; `volumes` are the names that mounts may use. */
export function containerProblems(
  spec: JsonObject,
  path: string,
  volumes: ReadonlySet<string>,
): FieldError[] {
  const problems: FieldError[] = [];
  const names = new Set<string>();
  if (listAt(spec, 'containers').length === 0) problems.push(required(`${path}.containers`));
  for (const key of ['containers', 'initContainers']) {
    objectsAt(spec, key).forEach((container, i) => {
      const at = `${path}.${key}[${i}]`;
      const name = textAt(container, 'name');
      problems.push(...identityProblems(container, at, names));
      names.add(name);
      problems.push(...settingProblems(container, at, volumes));
      if (key === 'containers' || container.restartPolicy === 'Always')
        problems.push(...probeProblems(container, at));
    });
  }
  return problems;
}

function identityProblems(container: JsonObject, at: string, names: ReadonlySet<string>): FieldError[] {
  const name = textAt(container, 'name');
  const problems: FieldError[] = [];
  if (name === '') problems.push(required(`${at}.name`));
  else if (names.has(name)) problems.push(duplicate(`${at}.name`, name));
  else problems.push(...dnsLabel(name, `${at}.name`));
  if (textAt(container, 'image') === '') problems.push(required(`${at}.image`));
  return problems;
}

const messagePolicies = ['File', 'FallbackToLogsOnError'];
const pullPolicies = ['Always', 'IfNotPresent', 'Never'];

function settingProblems(container: JsonObject, at: string, volumes: ReadonlySet<string>): FieldError[] {
  return joined(
    oneOf(container, at, 'terminationMessagePolicy', messagePolicies),
    portListProblems(container, `${at}.ports`),
    environmentProblems(container, at),
    mountProblems(container, `${at}.volumeMounts`, volumes),
    oneOf(container, at, 'imagePullPolicy', pullPolicies),
    resourceProblems(objectAt(container, 'resources'), `${at}.resources`),
    userProblems(objectAt(container, 'securityContext'), `${at}.securityContext`),
    lifecycleProblems(objectAt(container, 'lifecycle'), `${at}.lifecycle`),
    escalationProblems(objectAt(container, 'securityContext'), `${at}.securityContext`),
  );
}

const protocols = ['SCTP', 'TCP', 'UDP'];

function portListProblems(container: JsonObject, path: string): FieldError[] {
  const names = new Set<string>();
  return objectsAt(container, 'ports').flatMap((port, i) => {
    const at = `${path}[${i}]`;
    const problems: FieldError[] = [];
    const name = textAt(port, 'name');
    if (name) {
      const bad = portNameProblems(name, `${at}.name`);
      problems.push(...bad);
      if (bad.length === 0 && names.has(name)) problems.push(duplicate(`${at}.name`, name));
      names.add(name);
    }
    const number = numberAt(port, 'containerPort') ?? 0;
    if (number === 0) problems.push(required(`${at}.containerPort`));
    else problems.push(...portNumberProblems(number, `${at}.containerPort`));
    if (numberAt(port, 'hostPort')) problems.push(...within(port.hostPort, 1, 65_535, `${at}.hostPort`));
    const protocol = textAt(port, 'protocol');
    if (protocol === '') problems.push(required(`${at}.protocol`));
    else if (!protocols.includes(protocol))
      problems.push(notSupported(`${at}.protocol`, protocol, protocols));
    return problems;
  });
}

function mountProblems(container: JsonObject, path: string, volumes: ReadonlySet<string>): FieldError[] {
  const places = new Set<string>();
  return objectsAt(container, 'volumeMounts').flatMap((mount, i) => {
    const at = `${path}[${i}]`;
    const problems: FieldError[] = [];
    const [name, place] = [textAt(mount, 'name'), textAt(mount, 'mountPath')];
    if (name === '') problems.push(required(`${at}.name`));
    if (!volumes.has(name)) problems.push(notFound(`${at}.name`, name));
    if (place === '') problems.push(required(`${at}.mountPath`));
    if (places.has(place)) problems.push(invalid(`${at}.mountPath`, place, 'must be unique'));
    places.add(place);
    if (/(^|\/)\.\.(\/|$)/.test(textAt(mount, 'subPath')))
      problems.push(invalid(`${at}.subPath`, mount.subPath as Json, "must not contain '..'"));
    return problems;
  });
}

function notFound(field: string, value: Json): FieldError {
  return { field, reason: 'FieldValueNotFound', message: `Not found: ${JSON.stringify(value)}` };
}

const handlers = ['exec', 'httpGet', 'tcpSocket', 'sleep'];

function lifecycleProblems(lifecycle: JsonObject, at: string): FieldError[] {
  return ['postStart', 'preStop'].flatMap(hook => {
    if (lifecycle[hook] === undefined) return [];
    const handler = objectAt(lifecycle, hook);
    if (!handlers.some(kind => handler[kind] !== undefined))
      return [required(`${at}.${hook}`, 'must specify a handler type')];
    return handler.exec !== undefined && listAt(handler, 'exec', 'command').length === 0
      ? [required(`${at}.${hook}.exec.command`)]
      : [];
  });
}

/** A container without limits cannot be kept from getting more of them. */
function escalationProblems(context: JsonObject, at: string): FieldError[] {
  if (context.allowPrivilegeEscalation !== false) return [];
  const say = (what: string) =>
    invalid(at, asUpstreamPrints(context), `cannot set \`allowPrivilegeEscalation\` to false and ${what}`);
  const added = listAt(context, 'capabilities', 'add');
  return [
    ...(context.privileged === true ? [say('`privileged` to true')] : []),
    ...(added.includes('CAP_SYS_ADMIN') ? [say('`capabilities.Add` CAP_SYS_ADMIN')] : []),
  ];
}

/** A security context as the Go type of upstream's internal version is written. */
function asUpstreamPrints(context: JsonObject): JsonObject {
  const {
    capabilities = null,
    privileged = null,
    seLinuxOptions = null,
    windowsOptions = null,
    runAsUser = null,
    runAsGroup = null,
    runAsNonRoot = null,
    readOnlyRootFilesystem = null,
    allowPrivilegeEscalation = null,
    procMount = null,
    seccompProfile = null,
    appArmorProfile = null,
  } = context;
  return {
    Capabilities: capabilities && {
      Add: listOrNull(capabilities, 'add'),
      Drop: listOrNull(capabilities, 'drop'),
    },
    Privileged: privileged,
    SELinuxOptions: seLinuxOptions,
    WindowsOptions: windowsOptions,
    RunAsUser: runAsUser,
    RunAsGroup: runAsGroup,
    RunAsNonRoot: runAsNonRoot,
    ReadOnlyRootFilesystem: readOnlyRootFilesystem,
    AllowPrivilegeEscalation: allowPrivilegeEscalation,
    ProcMount: procMount,
    SeccompProfile: seccompProfile,
    AppArmorProfile: appArmorProfile,
  };
}

function listOrNull(value: Json, field: string): Json {
  const list = listAt(value, field);
  return list.length > 0 ? list : null;
}

const largest = 2 ** 31 - 1;

/** The users and groups of a security context. */
export function userProblems(context: JsonObject, at: string): FieldError[] {
  return [
    ...['fsGroup', 'runAsUser', 'runAsGroup'].flatMap(key =>
      within(context[key], 0, largest, `${at}.${key}`),
    ),
    ...oneOf(context, at, 'fsGroupChangePolicy', ['Always', 'OnRootMismatch']),
    ...seccompProblems(context, `${at}.seccompProfile`),
  ];
}

const profiles = ['Localhost', 'RuntimeDefault', 'Unconfined'];

/** https://kubernetes.io/docs/tutorials/security/seccomp/ */
function seccompProblems({ seccompProfile }: JsonObject, at: string): FieldError[] {
  if (seccompProfile === undefined) return [];
  const profile = objectAt(seccompProfile);
  const [type, local] = [textAt(profile, 'type'), textAt(profile, 'localhostProfile')];
  if (type === 'Localhost' && local === '')
    return [required(`${at}.localhostProfile`, 'must be set when seccomp type is Localhost')];
  if (type !== 'Localhost' && profile.localhostProfile !== undefined)
    return [invalid(`${at}.localhostProfile`, local, 'can only be set when seccomp type is Localhost')];
  if (type === '') return [required(`${at}.type`, 'type is required when seccompProfile is set')];
  return profiles.includes(type) ? [] : [notSupported(`${at}.type`, type, profiles)];
}
