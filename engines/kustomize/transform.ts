import type { Accumulator } from './accumulator.ts';
import { type BuildContext, fromRoot } from './build-context.ts';
import { at, BuildError } from './build-error.ts';
import { setImages } from './images.ts';
import { parseJsonPatch } from './json-patch.ts';
import type { Kustomization, PatchArgs } from './kustomization.ts';
import { labelFields, setPairs } from './labels.ts';
import type { Loader } from './loader.ts';
import { addAffix } from './names.ts';
import { setNamespace } from './namespace.ts';
import { addTransformation, builtInOrigin } from './origin.ts';
import { applyOperations, applyPatch, applyStrategicPatches } from './patches.ts';
import { readReplacements, replace } from './replacements.ts';
import { setReplicas } from './replicas.ts';

interface Step {
  field: string;
  /** kustomize's name of the transformer, for the annotation of buildMetadata. */
  transformer: string;
  run: () => void;
}

/** Runs the transformers that a kustomization's fields ask for, in kustomize's order. */
export function runTransformers(
  k: Kustomization,
  loader: Loader,
  context: BuildContext,
  into: Accumulator,
): void {
  const steps = [
    ...patchSteps(k, loader, context, into),
    ...metadataSteps(k, into),
    ...jsonPatchSteps(k, loader, context, into),
    ...workloadSteps(k, into),
    ...replacementSteps(k, loader, into),
  ];
  for (const { field, transformer, run } of steps) {
    at({ file: k.file, field }, run);
    if (context.origins !== undefined) {
      addTransformation(into.list.resources, builtInOrigin(fromRoot(context.origins, k.file), transformer));
    }
  }
}

function patchSteps(k: Kustomization, loader: Loader, context: BuildContext, { list }: Accumulator): Step[] {
  const steps: Step[] = [];
  if (k.patchesStrategicMerge.length > 0) {
    steps.push({
      field: 'patchesStrategicMerge',
      transformer: 'PatchStrategicMergeTransformer',
      run: () => {
        const counts = k.patchesStrategicMerge.map(patch => {
          const inline = patch.includes('\n') || patch.includes('{');
          const text = inline ? patch : loader.readText(patch);
          return applyStrategicPatches(list, text, inline ? k.file : loader.pathOf(patch), context);
        });
        if (counts.every(count => count === 0)) throw new BuildError('there is no patch in it');
      },
    });
  }
  k.patches.forEach((args, i) => {
    steps.push({
      field: `patches[${i}]`,
      transformer: 'PatchTransformer',
      run: () => {
        const { text, source } = patchText(args, loader, k.file);
        applyPatch(list, args, text, source, context);
      },
    });
  });
  return steps;
}

/** The text of a patch: its own, or that of the file that it names. */
export function patchText(args: PatchArgs, loader: Loader, file: string): { text: string; source: string } {
  const inline = args.patch.trim();
  if (inline !== '' && args.path !== '') throw new BuildError('patch and path cannot both be given');
  if (inline !== '') return { text: inline, source: file };
  if (args.path === '') throw new BuildError('patch or path must be given');
  return { text: loader.readText(args.path), source: loader.pathOf(args.path) };
}

function metadataSteps(k: Kustomization, { list, config }: Accumulator): Step[] {
  const steps: Step[] = [];
  const step = (field: string, transformer: string, run: () => void) =>
    steps.push({ field, transformer, run });
  if (k.namespace !== '') {
    step('namespace', 'NamespaceTransformer', () =>
      setNamespace(
        list,
        { namespace: k.namespace, unsetOnly: false, subjects: 'defaultOnly' },
        config.namespace,
      ),
    );
  }
  if (k.namePrefix !== '') {
    step('namePrefix', 'PrefixTransformer', () =>
      addAffix(list, { prefix: k.namePrefix }, config.namePrefix),
    );
  }
  if (k.nameSuffix !== '') {
    step('nameSuffix', 'SuffixTransformer', () =>
      addAffix(list, { suffix: k.nameSuffix }, config.nameSuffix),
    );
  }
  k.labels.forEach((label, i) => {
    step(`labels[${i}]`, 'LabelTransformer', () => setPairs(list, label.pairs, labelFields(label, config)));
  });
  if (k.labels.length > 0 || Object.keys(k.commonLabels).length > 0) {
    step('commonLabels', 'LabelTransformer', () => setPairs(list, k.commonLabels, config.commonLabels));
  }
  if (Object.keys(k.commonAnnotations).length > 0) {
    step('commonAnnotations', 'AnnotationsTransformer', () =>
      setPairs(list, k.commonAnnotations, config.commonAnnotations),
    );
  }
  return steps;
}

function jsonPatchSteps(
  k: Kustomization,
  loader: Loader,
  context: BuildContext,
  { list }: Accumulator,
): Step[] {
  return k.patchesJson6902.map((args, i) => ({
    field: `patchesJson6902[${i}]`,
    transformer: 'PatchJson6902Transformer',
    run: () => {
      if (args.target === undefined) throw new BuildError('a target must be given');
      const { text, source } = patchText(args, loader, k.file);
      applyOperations(list, args.target, parseJsonPatch(text, source, context), { remember: false });
    },
  }));
}

function workloadSteps(k: Kustomization, { list, config }: Accumulator): Step[] {
  return [
    ...k.replicas.map((replica, i) => ({
      field: `replicas[${i}]`,
      transformer: 'ReplicaCountTransformer',
      run: () => setReplicas(list, replica, config.replicas),
    })),
    ...k.images.map((image, i) => ({
      field: `images[${i}]`,
      transformer: 'ImageTagTransformer',
      run: () => setImages(list, image, config.images),
    })),
  ];
}

function replacementSteps(k: Kustomization, loader: Loader, { list }: Accumulator): Step[] {
  if (k.replacements.length === 0) return [];
  const run = () => {
    k.replacements.forEach((args, i) => {
      at({ field: `replacements[${i}]` }, () => {
        for (const one of readReplacements(args, loader)) replace(list, one);
      });
    });
  };
  return [{ field: 'replacements', transformer: 'ReplacementTransformer', run }];
}
