import type { Json, JsonObject } from '@millrace/json';
import { listAt, numberAt, objectsAt, textAt, valueAt } from '../../api/tree.ts';

/** What a Pod breaks of the Pod Security Standards. */
export interface Violation {
  /** A few words. */
  readonly reason: string;
  /** Who is to blame, and what to set instead. */
  readonly detail: string;
}

type Check = (spec: JsonObject) => Violation | undefined;

function quoted(items: Iterable<string>): string {
  return [...items].map(item => JSON.stringify(item)).join(', ');
}

function plural(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many;
}

function allContainers(spec: JsonObject): JsonObject[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap(list => objectsAt(spec, list));
}

function nameOf(container: JsonObject): string {
  return textAt(container, 'name');
}

/** `containers "a", "b"` */
function naming(containers: readonly JsonObject[]): string {
  return `${plural(containers.length, 'container')} ${quoted(containers.map(nameOf))}`;
}

/** A field of the security context of a Pod or a container. */
function secured(owner: JsonObject, ...path: string[]): Json | undefined {
  return valueAt(owner, 'securityContext', ...path);
}

/** A value that is wrong wherever it is set: for the Pod as a whole or in a container. */
function blame(spec: JsonObject, isBad: (owner: JsonObject) => boolean): string | undefined {
  const containers = allContainers(spec).filter(isBad);
  const setters = [...(isBad(spec) ? ['pod'] : []), ...(containers.length > 0 ? [naming(containers)] : [])];
  return setters.length > 0 ? setters.join(' and ') : undefined;
}

function sorted(values: Iterable<string>): string[] {
  return [...new Set(values)].sort();
}

const isWindows = (spec: JsonObject) => textAt(spec, 'os', 'name') === 'windows';
/** User namespaces make root of a container somebody else outside. */
const isRemapped = (spec: JsonObject) => spec.hostUsers === false;

const appArmor: Check = spec => {
  const typeOf = (owner: JsonObject) => String(secured(owner, 'appArmorProfile', 'type') ?? '');
  const who = blame(spec, owner => typeOf(owner) === 'Unconfined');
  return who === undefined
    ? undefined
    : {
        reason: 'forbidden AppArmor profile',
        detail: `${who} must not set AppArmor profile type to "Unconfined"`,
      };
};

const defaultCapabilities =
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  );

function addedBeyond(container: JsonObject, allowed: readonly string[]): string[] {
  return listAt(container, 'securityContext', 'capabilities', 'add')
    .map(String)
    .filter(capability => !allowed.includes(capability));
}

function mustNotAdd(containers: readonly JsonObject[], allowed: readonly string[]): string | undefined {
  const bad = containers.filter(container => addedBeyond(container, allowed).length > 0);
  if (bad.length === 0) return undefined;
  const capabilities = sorted(bad.flatMap(container => addedBeyond(container, allowed)));
  return `${naming(bad)} must not include ${quoted(capabilities)} in securityContext.capabilities.add`;
}

const capabilities: Check = spec => {
  const detail = mustNotAdd(allContainers(spec), defaultCapabilities);
  return detail === undefined ? undefined : { reason: 'non-default capabilities', detail };
};

const hostNamespaces: Check = spec => {
  const used = ['hostNetwork', 'hostPID', 'hostIPC'].filter(field => spec[field] === true);
  if (used.length === 0) return undefined;
  return { reason: 'host namespaces', detail: used.map(field => `${field}=true`).join(', ') };
};

const hostPathVolumes: Check = spec => {
  const names = objectsAt(spec, 'volumes')
    .filter(volume => volume.hostPath !== undefined)
    .map(nameOf);
  if (names.length === 0) return undefined;
  return { reason: 'hostPath volumes', detail: `${plural(names.length, 'volume')} ${quoted(names)}` };
};

const hostPorts: Check = spec => {
  const portsOf = (container: JsonObject) =>
    objectsAt(container, 'ports').flatMap(port =>
      numberAt(port, 'hostPort') ? [String(port.hostPort)] : [],
    );
  const bad = allContainers(spec).filter(container => portsOf(container).length > 0);
  if (bad.length === 0) return undefined;
  const ports = sorted(bad.flatMap(portsOf));
  const use = `${plural(bad.length, 'uses', 'use')} ${plural(ports.length, 'hostPort')}`;
  return { reason: 'hostPort', detail: `${naming(bad)} ${use} ${ports.join(', ')}` };
};

const handlers = [
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
];

const hostProbes: Check = spec => {
  const hostsOf = (container: JsonObject) =>
    handlers.flatMap(path =>
      ['httpGet', 'tcpSocket'].map(kind => textAt(container, ...path, kind, 'host')).filter(Boolean),
    );
  const bad = allContainers(spec).filter(container => hostsOf(container).length > 0);
  if (bad.length === 0) return undefined;
  const hosts = sorted(bad.flatMap(hostsOf));
  const what = `${plural(bad.length, 'uses', 'use')} ${plural(hosts.length, 'probe or lifecycle host')}`;
  const who = `${plural(bad.length, 'container')} ${quoted(sorted(bad.map(nameOf)))}`;
  return { reason: 'probe or lifecycle host', detail: `${who} ${what} ${quoted(hosts)}` };
};

const privileged: Check = spec => {
  const bad = allContainers(spec).filter(container => secured(container, 'privileged') === true);
  if (bad.length === 0) return undefined;
  return { reason: 'privileged', detail: `${naming(bad)} must not set securityContext.privileged=true` };
};

const procMount: Check = spec => {
  if (isRemapped(spec)) return undefined;
  return strictProcMount(spec);
};

const strictProcMount: Check = spec => {
  const mountOf = (container: JsonObject) => String(secured(container, 'procMount') ?? 'Default');
  const bad = allContainers(spec).filter(container => mountOf(container) !== 'Default');
  if (bad.length === 0) return undefined;
  const detail = `${naming(bad)} must not set securityContext.procMount to ${quoted(sorted(bad.map(mountOf)))}`;
  return { reason: 'procMount', detail };
};

const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];

const seLinux: Check = spec => {
  const at = (owner: JsonObject, field: string) => String(secured(owner, 'seLinuxOptions', field) ?? '');
  const isBad = (owner: JsonObject) =>
    !seLinuxTypes.includes(at(owner, 'type')) || at(owner, 'user') !== '' || at(owner, 'role') !== '';
  const who = blame(spec, isBad);
  if (who === undefined) return undefined;
  const all = [spec, ...allContainers(spec)];
  const types = sorted(all.map(owner => at(owner, 'type')).filter(type => !seLinuxTypes.includes(type)));
  const wrong = [
    ...(types.length > 0 ? [`${plural(types.length, 'type')} ${quoted(types)}`] : []),
    ...['user', 'role'].flatMap(field =>
      all.some(owner => at(owner, field)) ? [`${field} may not be set`] : [],
    ),
  ];
  const detail = `${who} set forbidden securityContext.seLinuxOptions: ${wrong.join('; ')}`;
  return { reason: 'seLinuxOptions', detail };
};

function seccompType(owner: JsonObject): string | undefined {
  const type = secured(owner, 'seccompProfile', 'type');
  return type === undefined ? undefined : String(type);
}

function badSeccomp(spec: JsonObject, isBad: (type: string) => boolean): Violation | undefined {
  const has = (owner: JsonObject) => {
    const type = seccompType(owner);
    return type !== undefined && isBad(type);
  };
  const who = blame(spec, has);
  if (who === undefined) return undefined;
  const types = sorted([spec, ...allContainers(spec)].filter(has).map(owner => seccompType(owner) ?? ''));
  return {
    reason: 'seccompProfile',
    detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(types)}`,
  };
}

const seccomp: Check = spec => badSeccomp(spec, type => type === 'Unconfined');

const safeSysctls =
  'kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies net.ipv4.ping_group_range net.ipv4.ip_unprivileged_port_start net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_rmem net.ipv4.tcp_wmem'.split(
    ' ',
  );

const sysctls: Check = spec => {
  const names = objectsAt(spec, 'securityContext', 'sysctls').map(nameOf);
  const bad = names.filter(name => !safeSysctls.includes(name));
  return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
};

const hostProcess: Check = spec => {
  const who = blame(spec, owner => secured(owner, 'windowsOptions', 'hostProcess') === true);
  if (who === undefined) return undefined;
  return {
    reason: 'hostProcess',
    detail: `${who} must not set securityContext.windowsOptions.hostProcess=true`,
  };
};

const allowPrivilegeEscalation: Check = spec => {
  if (isWindows(spec)) return undefined;
  const bad = allContainers(spec).filter(each => secured(each, 'allowPrivilegeEscalation') !== false);
  if (bad.length === 0) return undefined;
  const detail = `${naming(bad)} must set securityContext.allowPrivilegeEscalation=false`;
  return { reason: 'allowPrivilegeEscalation != false', detail };
};

const restrictedCapabilities: Check = spec => {
  if (isWindows(spec)) return undefined;
  const containers = allContainers(spec);
  const keeps = containers.filter(
    container => !listAt(container, 'securityContext', 'capabilities', 'drop').includes('ALL'),
  );
  const added = mustNotAdd(containers, ['NET_BIND_SERVICE']);
  const details = [
    ...(keeps.length > 0 ? [`${naming(keeps)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(added === undefined ? [] : [added]),
  ];
  return details.length === 0
    ? undefined
    : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

const harmlessVolumes =
  'configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret'.split(' ');

const restrictedVolumes: Check = spec => {
  const typesOf = (volume: JsonObject) =>
    Object.keys(volume).filter(key => key !== 'name' && !harmlessVolumes.includes(key));
  const bad = objectsAt(spec, 'volumes').filter(volume => typesOf(volume).length > 0);
  if (bad.length === 0) return undefined;
  const types = sorted(bad.flatMap(typesOf));
  const who = `${plural(bad.length, 'volume')} ${quoted(bad.map(nameOf))} ${plural(bad.length, 'uses', 'use')}`;
  const detail = `${who} ${plural(types.length, 'restricted volume type')} ${quoted(types)}`;
  return { reason: 'restricted volume types', detail };
};

const runAsNonRoot: Check = spec => {
  if (isRemapped(spec)) return undefined;
  const reason = 'runAsNonRoot != true';
  const who = blame(spec, owner => secured(owner, 'runAsNonRoot') === false);
  if (who !== undefined) return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` };
  if (secured(spec, 'runAsNonRoot') === true) return undefined;
  const bad = allContainers(spec).filter(container => secured(container, 'runAsNonRoot') !== true);
  if (bad.length === 0) return undefined;
  return { reason, detail: `pod or ${naming(bad)} must set securityContext.runAsNonRoot=true` };
};

const runAsUser: Check = spec => {
  if (isRemapped(spec)) return undefined;
  const who = blame(spec, owner => secured(owner, 'runAsUser') === 0);
  return who === undefined ? undefined : { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` };
};

const seccompProfiles = ['RuntimeDefault', 'Localhost'];

const restrictedSeccomp: Check = spec => {
  if (isWindows(spec)) return undefined;
  const explicit = badSeccomp(spec, type => !seccompProfiles.includes(type));
  if (explicit || seccompType(spec) !== undefined) return explicit;
  const bad = allContainers(spec).filter(container => seccompType(container) === undefined);
  if (bad.length === 0) return undefined;
  const detail = `pod or ${naming(bad)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
  return { reason: 'seccompProfile', detail };
};

/**
 * In the order in which upstream tells of them.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
const standards = {
  privileged: [],
  baseline: [
    appArmor,
    capabilities,
    hostNamespaces,
    hostPathVolumes,
    hostPorts,
    hostProbes,
    privileged,
    procMount,
    seLinux,
    seccomp,
    sysctls,
    hostProcess,
  ],
  restricted: [
    appArmor,
    hostNamespaces,
    hostPorts,
    hostProbes,
    privileged,
    seLinux,
    sysctls,
    hostProcess,
    allowPrivilegeEscalation,
    restrictedCapabilities,
    strictProcMount,
    restrictedVolumes,
    runAsNonRoot,
    runAsUser,
    restrictedSeccomp,
  ],
} as const;

export type Level = keyof typeof standards;

export function isLevel(text: string): text is Level {
  return Object.hasOwn(standards, text);
}

/** Checks that came to the standards later, by the minor version of Kubernetes, and what they took the place of. */
const news: readonly { readonly check: Check; readonly since: number; readonly before?: Check }[] = [
  { check: hostProbes, since: 34 },
  { check: restrictedCapabilities, since: 22, before: capabilities },
  { check: runAsUser, since: 23 },
  { check: restrictedSeccomp, since: 19, before: seccomp },
];

/** The checks of a level as a version of Kubernetes had them: `latest` or `v1.22`. */
export function checksOf(level: Level, version: string): readonly Check[] {
  const minor = Number(/^v1\.(\d+)$/.exec(version)?.[1] ?? Number.POSITIVE_INFINITY);
  return standards[level].flatMap((check: Check) => {
    const late = news.find(each => each.check === check && minor < each.since);
    return late ? (late.before ?? []) : check;
  });
}
