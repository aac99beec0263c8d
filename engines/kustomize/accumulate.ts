import { Accumulator } from './accumulator.ts';
import { type BuildContext, fromRoot } from './build-context.ts';
import { at, BuildError } from './build-error.ts';
import { loadConfigurations, loadCrds } from './configurations.ts';
import { mergeOptions } from './generator-args.ts';
import { absorb, generateConfigMap, generateSecret } from './generators.ts';
import { type Kustomization, parseKustomization } from './kustomization.ts';
import { loadResources } from './load-resources.ts';
import type { Loader } from './loader.ts';
import { schemaOf } from './open-api.ts';
import { builtInOrigin, fileOrigin, setOrigin } from './origin.ts';
import {
  type PluginSite,
  runGeneratorPlugins,
  runTransformerPlugins,
  runValidatorPlugins,
} from './plugins.ts';
import type { Resource } from './resource.ts';
import { runTransformers } from './transform.ts';

/**
 * Gathers what the kustomization of a directory stands for: resources, generated ones, components, then
 * all of them transformed. A component works on what its parent (`into`) has gathered so far.
 */
export function accumulate(loader: Loader, context: BuildContext, parent?: Accumulator): Accumulator {
  const kustomization = readKustomization(loader, parent !== undefined);
  for (const warning of kustomization.warnings) context.warnings.push(`${kustomization.file}: ${warning}`);
  return accumulateKustomization(kustomization, loader, context, parent ?? new Accumulator());
}

export function readKustomization(loader: Loader, wantsComponent: boolean, isRoot = false): Kustomization {
  const { path, text } = loader.kustomizationFile();
  const { strict, lenientRoot } = loader;
  const kustomization = parseKustomization(text, path, { strict, lenient: isRoot && lenientRoot });
  if (kustomization.isComponent !== wantsComponent && !isRoot) {
    const problem = wantsComponent
      ? 'is a Kustomization: list it under resources, not components'
      : 'is a Component: list it under components, not resources';
    throw new BuildError(problem, { file: path });
  }
  return kustomization;
}

export function accumulateKustomization(
  kustomization: Kustomization,
  loader: Loader,
  context: BuildContext,
  into: Accumulator,
): Accumulator {
  const { file } = kustomization;
  chooseSchema(kustomization, loader, context);
  const field = <T>(name: string, step: () => T): T => at({ file, field: name }, step);
  kustomization.resources.forEach((path, i) => {
    field(`resources[${i}]`, () => accumulateResource(path, loader, context, into));
  });
  loadConfigurations(kustomization, loader, into);
  loadCrds(kustomization, loader, into);
  runGenerators(kustomization, loader, context, into);
  const site: PluginSite = {
    loader,
    context,
    into,
    file,
    load: (path, to) => accumulateResource(path, loader, context, to),
  };
  field('generators', () => runGeneratorPlugins(kustomization.generators, site));
  kustomization.components.forEach((path, i) => {
    field(`components[${i}]`, () => accumulate(loader.enter(path), context, into));
  });
  runTransformers(kustomization, loader, context, into);
  field('transformers', () => runTransformerPlugins(kustomization.transformers, site));
  field('validators', () => runValidatorPlugins(kustomization.validators, site));
  field('vars', () => into.addVars(kustomization.vars));
  return into;
}

/** The first kustomization on the way that has a field `openapi` chooses, as in kustomize, for all that follow. */
function chooseSchema(kustomization: Kustomization, loader: Loader, context: BuildContext): void {
  if (context.schemaIsChosen) return;
  const schema = at({ file: kustomization.file, field: 'openapi' }, () =>
    schemaOf(kustomization, context.schema, loader),
  );
  if (schema === undefined) return;
  context.schema = schema;
  context.schemaIsChosen = true;
}

/** A file of resources, or else a directory (or remote base) with a kustomization. */
function accumulateResource(path: string, loader: Loader, context: BuildContext, into: Accumulator): void {
  const resources = resourcesOf(path, loader, context);
  if (resources !== undefined) for (const resource of resources) into.list.append(resource);
  else into.merge(accumulate(loader.enter(path), context));
}

/** The resources of a file, undefined if the path is none. */
export function resourcesOf(path: string, loader: Loader, context: BuildContext): Resource[] | undefined {
  const content = loader.tryRead(path);
  if (content === undefined) return undefined;
  const resources = loadResources(new TextDecoder().decode(content), loader.pathOf(path));
  if (context.origins !== undefined) {
    for (const resource of resources)
      setOrigin(resource, fileOrigin(fromRoot(context.origins, loader.pathOf(path))));
  }
  return resources;
}

function runGenerators(
  kustomization: Kustomization,
  loader: Loader,
  context: BuildContext,
  into: Accumulator,
): void {
  const { file, generatorOptions } = kustomization;
  const kinds = [
    {
      field: 'configMapGenerator',
      origin: 'ConfigMapGenerator',
      all: kustomization.configMapGenerator,
      generate: generateConfigMap,
    },
    {
      field: 'secretGenerator',
      origin: 'SecretGenerator',
      all: kustomization.secretGenerator,
      generate: generateSecret,
    },
  ];
  for (const { field, origin, all, generate } of kinds) {
    all.forEach((args, i) => {
      at({ file, field: `${field}[${i}]${args.name === '' ? '' : ` (${args.name})`}` }, () => {
        const options = mergeOptions(args.options, generatorOptions);
        const resource = generate(args, options, path => loader.read(path), file);
        if (context.origins !== undefined)
          setOrigin(resource, builtInOrigin(fromRoot(context.origins, file), origin));
        absorb(into.list, resource);
      });
    });
  }
}
