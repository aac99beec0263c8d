import { allComponents } from '../options/index.ts';

/** Stand in manifests where the chart has values of its own. */
export const standIns = {
  namespace: '__namespace__',
  registry: '__registry__',
  version: '__tag__',
  clusterDomain: '__domain__',
  web: ['__web__'],
};

const expressions: Readonly<Record<string, string>> = {
  __namespace__: '.Release.Namespace',
  __manager__: '.Release.Service',
  __registry__: '.Values.image.registry',
  __tag__: '.Values.image.tag | default .Chart.AppVersion',
  __domain__: '.Values.clusterDomain',
};

/** The text of a manifest as a template: what stands in becomes a value, and Deployments take what else can be chosen. */
export function templateOf({ name, kind, text }: { name: string; kind: string; text: string }): string {
  const lines = escaped(text)
    .split('\n')
    .flatMap(line => (kind === 'Deployment' ? chosen(line, name) : [line]));
  const whole = kind === 'Deployment' ? withResources(lines) : lines;
  return whole.map(withExpressions).join('\n');
}

/** What looks like a template in a description is none. */
function escaped(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}');
}

function withExpressions(line: string): string {
  let result = line;
  for (const [standIn, expression] of Object.entries(expressions)) {
    // A whole value may look like another type: 123, true.
    if (result.endsWith(`: ${standIn}`))
      result = `${result.slice(0, -standIn.length)}{{ ${expression} | quote }}`;
    result = result.replaceAll(standIn, `{{ ${expression} }}`);
  }
  return result;
}

/** A line of a Deployment, or what stands in its place. */
function chosen(line: string, name: string): string[] {
  const words = line.trimStart();
  const indent = line.slice(0, line.length - words.length);
  const only = (condition: string) => [`${indent}{{- if ${condition} }}`, line, `${indent}{{- end }}`];
  if (words === '- --feature-gates=ExternalArtifact=true')
    return only('has "source-watcher" .Values.components');
  if (words.startsWith('- --events-addr=http')) {
    const address = words.slice('- --events-addr='.length);
    return [
      `${indent}- --events-addr={{ if has "notification-controller" .Values.components }}${address}{{ end }}`,
    ];
  }
  if (words === `- ${standIns.web[0]}`) return list(indent, '.Values.web');
  if (words === 'command:') return [...list(indent, `get .Values.extraArgs "${name}"`), line];
  if (words === 'nodeSelector:')
    return [...block(indent, 'imagePullSecrets'), ...block(indent, 'tolerations'), line];
  if (words === 'kubernetes.io/os: linux') return [line, ...list(indent, '.Values.nodeSelector')];
  return [
    line
      .replace('--watch-all-namespaces=true', '--watch-all-namespaces={{ .Values.watchAllNamespaces }}')
      .replace('--log-level=info', '--log-level={{ .Values.logLevel }}')
      .replace(`--controllers=${allComponents.join()}`, '--controllers={{ join "," .Values.components }}'),
  ];
}

/** Entries of a value beside those that stand there. */
function list(indent: string, value: string): string[] {
  return [
    `${indent}{{- with ${value} }}`,
    `${indent}{{- toYaml . | nindent ${indent.length} }}`,
    `${indent}{{- end }}`,
  ];
}

function block(indent: string, key: string): string[] {
  const inner = indent.length + 2;
  return [
    `${indent}{{- with .Values.${key} }}`,
    `${indent}${key}:`,
    `${indent}  {{- toYaml . | nindent ${inner} }}`,
    `${indent}{{- end }}`,
  ];
}

/** The resources that a container has unless others are chosen. */
function withResources(lines: string[]): string[] {
  const from = lines.findIndex(line => line.trim() === 'resources:');
  const indent = lines[from]?.slice(0, -'resources:'.length) ?? '';
  const to = lines.findIndex((line, i) => i > from && !line.startsWith(`${indent} `));
  const usual = lines.slice(from, to);
  return [
    ...lines.slice(0, from),
    `${indent}{{- with .Values.resources }}`,
    `${indent}resources:`,
    `${indent}  {{- toYaml . | nindent ${indent.length + 2} }}`,
    `${indent}{{- else }}`,
    ...usual,
    `${indent}{{- end }}`,
    ...lines.slice(to),
  ];
}
