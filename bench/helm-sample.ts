import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Files of a chart by their paths. */
export type ChartSource = Readonly<Record<string, string>>;

/** A chart as `helm create` makes one: a Deployment and what belongs to it. */
export function smallChart(): ChartSource {
  return {
    'Chart.yaml': 'apiVersion: v2\nname: small\nversion: 1.0.0\nappVersion: "1.2"\n',
    'values.yaml': serviceValues(0, ''),
    'templates/_helpers.tpl': helpers('small'),
    'templates/deployment.yaml': deployment('small', '.Values'),
    'templates/service.yaml': service('small', '.Values'),
  };
}

/**
 * A chart of the size and the ways of the Prometheus operator's: an umbrella over eight charts, some 150 templates,
 * 5,000 lines of values, alerting rules whose text is full of quoted braces, about 10,000 lines of output.
 */
export function largeChart(): ChartSource {
  const files: Record<string, string> = {
    'Chart.yaml': 'apiVersion: v2\nname: large\nversion: 1.0.0\nappVersion: "1.2"\n',
    'templates/_helpers.tpl': helpers('large'),
    'values.yaml': `rules:\n  create: true\n  labels:\n    team: platform\n${services(40, 'large')}`,
  };
  for (let i = 0; i < 60; i++) files[`templates/rules/group-${i}.yaml`] = rules(i);
  addServices(files, '', 'large', 40);
  for (let chart = 0; chart < 8; chart++) {
    const [name, root] = [`part-${chart}`, `charts/part-${chart}/`];
    files[`${root}Chart.yaml`] = `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`;
    files[`${root}values.yaml`] = services(10, name);
    files[`${root}templates/_helpers.tpl`] = helpers(name);
    addServices(files, root, name, 10);
  }
  return files;
}

export function writeChart(folder: string, files: ChartSource): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function addServices(files: Record<string, string>, root: string, name: string, count: number): void {
  for (let i = 0; i < count; i++) {
    const values = `.Values.service${i}`;
    files[`${root}templates/service-${i}.yaml`] =
      `{{- if ${values}.enabled }}\n${deployment(name, values)}---\n${service(name, values)}{{- end }}\n`;
  }
}

function services(count: number, name: string): string {
  return `${Array.from({ length: count }, (_, i) => `service${i}:\n${serviceValues(i, '  ')}`).join('')}name: ${name}\n`;
}

function serviceValues(i: number, indent: string): string {
  const environment = Array.from(
    { length: 12 },
    (_, at) => `  - name: SETTING_${at}\n    value: "${at * i}"`,
  );
  return `enabled: true
replicas: ${(i % 5) + 1}
# The image of the service, and how it is pulled.
image:
  registry: registry.example.com
  repository: team/service-${i}
  tag: ""
  pullPolicy: IfNotPresent
nameSuffix: s${i}
annotations: {}
podLabels:
  tier: backend
resources:
  limits:
    memory: 256Mi
  requests:
    cpu: 100m
    memory: 128Mi
env:
${environment.join('\n')}
ports:
  - name: http
    port: 8080
nodeSelector: {}
tolerations: []
`.replace(/^(?=.)/gm, indent);
}

function helpers(chart: string): string {
  return `{{- define "${chart}.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "${chart}.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
{{- with .Chart.AppVersion }}
app.kubernetes.io/version: {{ . | quote }}
{{- end }}
{{- end }}
`;
}

function deployment(chart: string, values: string): string {
  return `{{- $service := ${values} }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "${chart}.fullname" . }}-{{ $service.nameSuffix | default "main" }}
  labels:
    {{- include "${chart}.labels" . | nindent 4 }}
  {{- with $service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  replicas: {{ $service.replicas }}
  template:
    metadata:
      annotations:
        checksum/config: {{ toYaml $service.env | sha256sum }}
      labels:
        {{- include "${chart}.labels" . | nindent 8 }}
        {{- range $key, $value := $service.podLabels }}
        {{ $key }}: {{ $value | quote }}
        {{- end }}
    spec:
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ $service.image.registry }}/{{ $service.image.repository }}:{{ $service.image.tag | default .Chart.AppVersion | default "latest" }}"
          imagePullPolicy: {{ $service.image.pullPolicy }}
          env:
            {{- toYaml $service.env | nindent 12 }}
          resources:
            {{- toYaml $service.resources | nindent 12 }}
      {{- with $service.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
`;
}

function service(chart: string, values: string): string {
  return `{{- $service := ${values} }}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "${chart}.fullname" . }}-{{ $service.nameSuffix | default "main" }}
  labels:
    {{- include "${chart}.labels" . | nindent 4 }}
spec:
  ports:
    {{- range $service.ports }}
    - name: {{ .name }}
      port: {{ .port | int }}
      targetPort: {{ .targetPort | default .name }}
    {{- end }}
  selector:
    app.kubernetes.io/instance: {{ .Release.Name | quote }}
`;
}

function rules(group: number): string {
  const alerts = Array.from(
    { length: 8 },
    (_, i) => `    - alert: Alert${group}x${i}
      annotations:
        description: {{\`The {{ $labels.pod }} of {{ $labels.namespace }} has been at {{ $value | humanizePercentage }} for long.\`}}
        summary: Something is slow.
      expr: |-
        sum by (cluster, namespace, job) (rate(requests_total{job="service-${i}", code=~"5.."}[5m])) / sum by (cluster, namespace, job) (rate(requests_total[5m])) > 0.${i + 1}
      for: {{ dig "alert${i}" "for" "15m" .Values.rules }}
      labels:
        severity: {{ dig "alert${i}" "severity" "warning" .Values.rules }}
      {{- with .Values.rules.labels }}
        {{- toYaml . | nindent 8 }}
      {{- end }}
`,
  );
  return `{{- if and .Values.rules.create (not (has "group-${group}" (.Values.rules.disabled | default list))) }}
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: {{ printf "%s-%s" (include "large.fullname" .) "group-${group}" | trunc 63 | trimSuffix "-" }}
  labels:
    {{- include "large.labels" . | nindent 4 }}
spec:
  groups:
  - name: group-${group}
    rules:
${alerts.join('')}{{- end }}
`;
}
