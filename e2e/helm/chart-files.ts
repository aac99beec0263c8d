import { gunzipSync } from 'node:zlib';
import { readTar } from '@millrace/tar';

/** The files of the charts that the golden ones were packed from, as they lie in a Git repository. */
export function chartFiles(repository: string): Record<string, string> {
  const template =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {replicas: "{{ .Values.replicas }}"}\n';
  const head = (name: string, version: string) =>
    `apiVersion: v2\nname: ${name}\nversion: ${version}\nappVersion: "1.10"\ndescription: "<a> & b"\n`;
  return {
    'charts/lib/Chart.yaml': head('lib', '0.1.0'),
    'charts/lib/values.yaml': '# kept\nreplicas: 1\nimage: {name: a, tag: "1"}\n',
    'charts/lib/values-prod.yaml': 'replicas: 3\nimage: {tag: "2"}\n',
    'charts/lib/templates/a.yaml': template,
    'charts/umbrella/values.yaml': 'a: 1\n',
    'charts/umbrella/Chart.yaml': `apiVersion: v2
name: umbrella
version: 0.3.0
dependencies:
- name: lib
  version: 0.x
  repository: file://../lib
- name: app
  version: ^1
  alias: web
  repository: ${repository}
`,
    'prod.yaml': 'a: 2\nweb: {replicas: 5}\n',
    'more.yaml': 'b: null\nc: 1000000\nd: 1.50\n',
  };
}

/** Names and contents of an archive, in its order. @param replace what is another in each run */
export function entriesOf(archive: Uint8Array, replace: [string, string] = ['', '']): [string, string][] {
  return [...readTar(gunzipSync(archive))].map(({ name, content }) => [
    name,
    Buffer.from(content)
      .toString('utf8')
      .replaceAll(...replace),
  ]);
}
