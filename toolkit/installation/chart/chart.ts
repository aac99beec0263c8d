import { asJson, type KubeObject } from '@millrace/kube';
import { stringify } from '@millrace/yaml';
import { installation } from '../installation.ts';
import { allComponents, defaultOptions, type InstallOptions } from '../options/index.ts';
import { chartFile, valuesFile, valuesSchema } from './chart-values.ts';
import { standIns, templateOf } from './template.ts';

/**
 * A Helm chart that renders to the same objects as an installation of the same options, but for the namespace, which
 * is that of the release. Returns files by path.
 *
 * @param version of Millrace, without a `v`
 */
export function chart(version: string): Map<string, string> {
  const files = new Map([
    ['Chart.yaml', chartFile(version)],
    ['values.yaml', valuesFile],
    ['values.schema.json', valuesSchema],
    ['.helmignore', '.git\n'],
  ]);
  for (const { object, guards } of guarded()) {
    const path = `templates/${fileOf(object)}.yaml`;
    files.set(path, (files.get(path) ?? '') + document(object, guards));
  }
  return files;
}

interface Guarded {
  object: KubeObject;
  /** Conditions of templates, all of which have to hold. */
  guards: string[];
}

/** Everything of all forms, each with when it is there: what is the same in several is told once. */
function guarded(): Guarded[] {
  const options: InstallOptions = { ...defaultOptions, ...standIns, components: allComponents };
  const forms = [false, true].flatMap(single =>
    [false, true].map(web => ({
      single,
      web,
      objects: objectsOf({ ...options, single, web: web ? standIns.web : [] }),
    })),
  );
  const found = new Map<string, { object: KubeObject; forms: typeof forms }>();
  for (const form of forms)
    for (const object of form.objects) {
      const key = JSON.stringify(object);
      const known = found.get(key) ?? { object, forms: [] };
      known.forms.push(form);
      found.set(key, known);
    }
  return [...found.values()].map(({ object, forms: those }) => ({
    object,
    guards: [
      ...onlyWhere('.Values.single', those, ({ single }) => single),
      ...onlyWhere('.Values.web', those, ({ web }) => web),
      ...guardsOf(object),
    ],
  }));
}

/** The condition of what is there only with a value, or only without it. */
function onlyWhere<T>(value: string, forms: T[], has: (form: T) => boolean): string[] {
  if (forms.every(has)) return [value];
  return forms.some(has) ? [] : [`not ${value}`];
}

/** Helm makes the namespace, if it is asked to, and marks what is its own. */
function objectsOf(options: InstallOptions): KubeObject[] {
  return installation(options)
    .filter(({ kind }) => kind !== 'Namespace')
    .map(({ metadata, ...object }) => ({
      ...object,
      metadata: {
        ...metadata,
        labels: { ...metadata.labels, 'app.kubernetes.io/managed-by': '__manager__' },
      },
    }));
}

function guardsOf({ kind, metadata }: KubeObject): string[] {
  const component = allComponents.find(name => name === metadata.labels?.['app.kubernetes.io/component']);
  return [
    ...(kind === 'NetworkPolicy' ? ['.Values.networkPolicy'] : []),
    ...(kind === 'CustomResourceDefinition' ? ['.Values.installCRDs'] : []),
    ...(component === undefined ? [] : [`has "${component}" .Values.components`]),
  ];
}

function fileOf({ kind, metadata }: KubeObject): string {
  const component = metadata.labels?.['app.kubernetes.io/component'];
  if (kind === 'CustomResourceDefinition') return `definitions-of-${component}`;
  if (component !== undefined) return component;
  return kind.startsWith('ClusterRole') ? 'rights' : 'namespace';
}

function document(object: KubeObject, guards: string[]): string {
  const text = `---\n${templateOf(keptByHelm(object))}`;
  if (guards.length === 0) return text;
  const all = guards.length === 1 ? guards[0] : `and ${guards.map(guard => `(${guard})`).join(' ')}`;
  return `{{- if ${all} }}\n${text}{{- end }}\n`;
}

/** Definitions outlive the release: with them would go all objects of their kinds. */
function keptByHelm(object: KubeObject): { name: string; kind: string; text: string } {
  const { kind, metadata } = object;
  const kept = { ...metadata.annotations, 'helm.sh/resource-policy': 'keep' };
  const whole =
    kind === 'CustomResourceDefinition'
      ? { ...object, metadata: { ...metadata, annotations: kept } }
      : object;
  return { name: metadata.name, kind, text: stringify(asJson(whole)) };
}
