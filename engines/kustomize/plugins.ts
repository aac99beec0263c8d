import { get, isObject, type Json, type JsonObject } from '@millrace/json';
import { parseAll, YamlError } from '@millrace/yaml';
import { Accumulator } from './accumulator.ts';
import { type BuildContext, fromRoot } from './build-context.ts';
import { at, BuildError } from './build-error.ts';
import type { FieldSpec } from './field-spec.ts';
import { Fields } from './fields.ts';
import { baseName } from './file-tree.ts';
import { mergeOptions, readGeneratorArgs } from './generator-args.ts';
import { absorb, generateConfigMap, generateSecret } from './generators.ts';
import { addHashes } from './hash.ts';
import { generateServiceAccount } from './iam-policy.ts';
import { setImages } from './images.ts';
import { parseJsonPatch } from './json-patch.ts';
import { jsonText } from './json-text.ts';
import { readFieldSpec, readImage, readPatch, readReplica } from './kustomization.ts';
import { setPairs } from './labels.ts';
import { loadResources, readDocuments } from './load-resources.ts';
import type { Loader } from './loader.ts';
import { addAffix } from './names.ts';
import { type NamespaceOptions, setNamespace } from './namespace.ts';
import { addTransformation, type Origin, setOrigin } from './origin.ts';
import { applyOperations, applyPatch, applyStrategicPatches } from './patches.ts';
import { readReplacement } from './replacement-args.ts';
import { readReplacements, replace } from './replacements.ts';
import { setReplicas } from './replicas.ts';
import type { Resource } from './resource.ts';
import { readSelector } from './selector.ts';
import { addValue, readValueTarget } from './value-add.ts';

/** Where a plugin runs. */
export interface PluginSite {
  loader: Loader;
  context: BuildContext;
  into: Accumulator;
  file: string;
  /** Gathers a file or directory of plugin configurations. */
  load(path: string, into: Accumulator): void;
}

type Run = (fields: Fields, site: PluginSite, config: Resource) => void;

/** The generators in `generators`, inline or in files. */
export function runGeneratorPlugins(entries: readonly string[], site: PluginSite): void {
  run(entries, site, generators);
}

export function runTransformerPlugins(entries: readonly string[], site: PluginSite): void {
  run(entries, site, transformers, config => {
    const origin = pluginOrigin(config, site);
    if (origin !== undefined) addTransformation(site.into.list.resources, origin);
  });
}

/** Where the annotations of buildMetadata say that a plugin is configured; undefined where none are wanted. */
function pluginOrigin(
  { apiVersion, kind, name, namespace, place }: Resource,
  { context, file }: PluginSite,
): Origin | undefined {
  if (context.origins === undefined) return undefined;
  const configuredIn = fromRoot(context.origins, place.file ?? file);
  return { configuredIn, configuredBy: { apiVersion, kind, name, ...(namespace && { namespace }) } };
}

/** Validators of the built-in kinds are transformers that must not change anything. */
export function runValidatorPlugins(entries: readonly string[], site: PluginSite): void {
  if (entries.length === 0) return;
  const before = jsonText(site.into.list.resources.map(resource => resource.object));
  run(entries, site, transformers);
  if (before !== jsonText(site.into.list.resources.map(resource => resource.object))) {
    throw new BuildError('a validator must not change the resources');
  }
}

function run(
  entries: readonly string[],
  site: PluginSite,
  known: Record<string, Run>,
  then?: (config: Resource) => void,
): void {
  if (entries.length === 0) return;
  const configs = new Accumulator();
  for (const entry of entries) {
    const inline = inlineConfigs(entry, site.file);
    if (inline === undefined) site.load(entry, configs);
    else for (const config of inline) configs.list.append(config);
  }
  for (const config of configs.list.resources) {
    at({ ...config.place, resource: `${config.kind} ${config.name}` }, () => runOne(config, site, known));
    then?.(config);
  }
}

function runOne(config: Resource, site: PluginSite, known: Record<string, Run>): void {
  refuseFunctions(config);
  const step = config.apiVersion === 'builtin' ? get(known, config.kind) : undefined;
  if (step === undefined) {
    throw new BuildError(
      `${config.apiVersion}/${config.kind} is no built-in plugin; programs and containers are not run here. There are ${Object.keys(known).join(', ')}`,
    );
  }
  // kustomize reads the configuration of a plugin without minding fields that it does not know.
  const fields = new Fields(config.object, config.place.file ?? site.file, { lenient: true });
  fields.raw('apiVersion');
  fields.raw('kind');
  if (config.kind !== 'NamespaceTransformer') fields.raw('metadata');
  step(fields, site, config);
  fields.done();
}

function refuseFunctions(config: Resource): void {
  const marks = ['config.kubernetes.io/function', 'config.k8s.io/function'];
  if (marks.some(mark => config.annotations[mark] !== undefined)) {
    throw new BuildError('exec and container functions are not run here');
  }
}

/** The objects in an entry that is YAML itself rather than a path. */
function inlineConfigs(entry: string, file: string): Resource[] | undefined {
  let documents: Json[];
  try {
    documents = parseAll(entry);
  } catch (error) {
    if (error instanceof YamlError) return undefined;
    throw error;
  }
  return documents.every(isObject) ? loadResources(entry, file) : undefined;
}

function specs(fields: Fields): FieldSpec[] {
  return fields.maps('fieldSpecs', readFieldSpec);
}

/** The entry of the kustomization that a plugin's own fields correspond to. */
function own(fields: Fields, names: readonly string[], file: string): Fields {
  const object: JsonObject = {};
  for (const name of names) {
    const value = fields.raw(name);
    if (value !== undefined) object[name] = value;
  }
  return new Fields(object, file, { lenient: true });
}

const generatorFields = [
  'name',
  'namespace',
  'behavior',
  'files',
  'literals',
  'envs',
  'env',
  'type',
  'options',
];

function generator(generate: typeof generateConfigMap): Run {
  return (fields, site, config) => {
    const { loader, into, file } = site;
    const args = readGeneratorArgs(own(fields, generatorFields, file));
    // Its own name and namespace are those of the plugin, unless it gives others.
    const name = args.name || config.name;
    const namespace = args.namespace || config.namespace;
    const resource = generate(
      { ...args, name, namespace },
      mergeOptions(args.options, undefined),
      path => loader.read(path),
      file,
    );
    const origin = pluginOrigin(config, site);
    if (origin !== undefined) setOrigin(resource, origin);
    absorb(into.list, resource);
  };
}

function readSubjects(fields: Fields): NamespaceOptions['subjects'] {
  const subjects = fields.string('setRoleBindingSubjects') || 'defaultOnly';
  if (subjects === 'defaultOnly' || subjects === 'allServiceAccounts' || subjects === 'none') return subjects;
  return fields.fail('setRoleBindingSubjects', 'must be defaultOnly, allServiceAccounts or none');
}

const generators: Record<string, Run> = {
  ConfigMapGenerator: generator(generateConfigMap),
  SecretGenerator: generator(generateSecret),
  IAMPolicyGenerator: (fields, site, config) => {
    const resource = generateServiceAccount(fields, config.place.file ?? site.file);
    const origin = pluginOrigin(config, site);
    if (origin !== undefined) setOrigin(resource, origin);
    site.into.list.append(resource);
  },
};

const transformers: Record<string, Run> = {
  AnnotationsTransformer: (fields, { into }) =>
    setPairs(into.list, fields.stringMap('annotations') ?? {}, specs(fields)),
  LabelTransformer: (fields, { into }) =>
    setPairs(into.list, fields.stringMap('labels') ?? {}, specs(fields)),
  PrefixTransformer: (fields, { into }) =>
    addAffix(into.list, { prefix: fields.string('prefix') }, specs(fields)),
  SuffixTransformer: (fields, { into }) =>
    addAffix(into.list, { suffix: fields.string('suffix') }, specs(fields)),
  PrefixSuffixTransformer: (fields, { into }) => {
    const where = specs(fields);
    for (const affix of [{ prefix: fields.string('prefix') }, { suffix: fields.string('suffix') }]) {
      addAffix(into.list, affix, where);
    }
  },
  NamespaceTransformer: (fields, { into }) => {
    const namespace = fields.map('metadata', metadata => {
      for (const other of ['name', 'labels', 'annotations']) metadata.raw(other);
      return metadata.string('namespace');
    });
    const subjects = readSubjects(fields);
    if (!namespace) return;
    setNamespace(into.list, { namespace, unsetOnly: fields.boolean('unsetOnly'), subjects }, specs(fields));
  },
  ImageTagTransformer: (fields, { into }) => {
    const image = fields.map('imageTag', readImage);
    if (image !== undefined) setImages(into.list, image, specs(fields));
  },
  ReplicaCountTransformer: (fields, { into }) => {
    const replica = fields.map('replica', readReplica);
    if (replica !== undefined) setReplicas(into.list, replica, specs(fields));
  },
  PatchTransformer: (fields, { loader, context, into, file }) => {
    const args = readPatch(own(fields, ['path', 'patch', 'target', 'options'], file));
    const text = args.patch.trim() || loader.readText(args.path);
    applyPatch(into.list, args, text, args.patch === '' ? loader.pathOf(args.path) : file, context);
  },
  PatchStrategicMergeTransformer: (fields, { loader, context, into, file }) => {
    const paths = fields.strings('paths');
    if (paths.length === 0 && fields.string('patches') === '') throw new BuildError('give paths or patches');
    for (const path of paths) {
      const inline = path.includes('\n');
      const text = inline ? path : loader.readText(path);
      applyStrategicPatches(into.list, text, inline ? file : loader.pathOf(path), context);
    }
    const patches = fields.string('patches');
    if (patches !== '') applyStrategicPatches(into.list, patches, file, context);
  },
  PatchJson6902Transformer: (fields, { loader, into, file, context }) => {
    const target = fields.map('target', readSelector);
    if (target === undefined) throw new BuildError('a target must be given');
    const path = fields.string('path');
    const inline = fields.string('jsonOp');
    if ((path === '') === (inline === '')) throw new BuildError('give either path or jsonOp');
    const text = inline || loader.readText(path);
    const operations = parseJsonPatch(text, path === '' ? file : loader.pathOf(path), context);
    applyOperations(into.list, target, operations, { remember: false });
  },
  ReplacementTransformer: (fields, { loader, into }) => {
    for (const entry of fields.maps('replacements', readReplacement)) {
      for (const one of readReplacements(entry, loader)) replace(into.list, one);
    }
  },
  ValueAddTransformer: (fields, { loader, into }) => {
    const value = fields.string('value').trim() || baseName(loader.directory);
    const targets = fields.maps('targets', readValueTarget);
    const file = fields.string('targetFilePath');
    if (file !== '') {
      for (const document of readDocuments(loader.readText(file), loader.pathOf(file))) {
        const shared = new Fields(document.value, loader.pathOf(file), { lenient: true });
        targets.push(...shared.maps('targets', readValueTarget));
      }
    }
    if (targets.length === 0) throw new BuildError('a target must be given');
    for (const target of targets) addValue(into.list, value, target);
  },
  HashTransformer: (_fields, { into }) => addHashes(into.list),
};
