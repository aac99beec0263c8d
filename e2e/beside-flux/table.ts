import type { Table } from '../beside/table.ts';

/** Annotations and labels that mean something on objects of a Kustomization. */
export const marks = [
  'kustomize.toolkit.fluxcd.io/ssa',
  'kustomize.toolkit.fluxcd.io/force',
  'kustomize.toolkit.fluxcd.io/prune',
  'kustomize.toolkit.fluxcd.io/reconcile',
  'kustomize.toolkit.fluxcd.io/substitute',
  'kustomize.toolkit.fluxcd.io/decrypt',
  'reconcile.fluxcd.io/watch',
  'event.toolkit.fluxcd.io/',
];

/**
 * The scenarios of every field of a Kustomization and every mark. Where none tells what may be wrong, there is nothing but
 * what the API server refuses: beside/refusals.long.test.ts.
 */
export const table: Table = {
  '.buildMetadata[]': [['build-metadata'], ['build-metadata-twice']],
  '.commonMetadata.annotations': [['transformers'], ['annotation-that-is-none']],
  '.commonMetadata.labels': [['transformers'], ['label-that-is-none']],
  '.components[]': [['transformers'], ['missing-components', 'component-that-is-none']],
  '.decryption.provider': [
    ['decryption', 'decryption-of-one-is-off'],
    ['decryption-secret-missing', 'decryption-object-level'],
  ],
  '.decryption.secretRef.name': [['decryption', 'decryption-of-one-is-off'], ['decryption-secret-missing']],
  '.decryption.serviceAccountName': [['decryption-object-level'], ['decryption-object-level']],
  '.deletionPolicy': [['deletion-mirrorprune', 'deletion-delete'], []],
  '.dependsOn[].name': [
    ['ready-expression', 'dependency-elsewhere'],
    ['dependency-missing', 'dependency-fails', 'ready-expression-that-is-none'],
  ],
  '.dependsOn[].namespace': [['dependency-elsewhere'], ['dependency-elsewhere']],
  '.dependsOn[].readyExpr': [['ready-expression'], ['ready-expression-that-is-none']],
  '.force': [['force-by-label-and-by-spec'], ['immutable']],
  '.healthCheckExprs[].apiVersion': [
    ['health-expressions'],
    ['health-expression-that-is-none', 'health-expression-without-value', 'never-healthy'],
  ],
  '.healthCheckExprs[].current': [
    ['health-expressions'],
    ['health-expression-that-is-none', 'health-expression-without-value', 'never-healthy'],
  ],
  '.healthCheckExprs[].failed': [['health-expressions'], ['health-expressions-that-are-none']],
  '.healthCheckExprs[].inProgress': [
    ['health-expressions'],
    ['never-healthy', 'health-expressions-that-are-none'],
  ],
  '.healthCheckExprs[].kind': [
    ['health-expressions'],
    ['health-expression-that-is-none', 'health-expression-without-value', 'never-healthy'],
  ],
  '.healthChecks[].apiVersion': [
    ['health-checks'],
    ['health-check-of-no-kind', 'health-check-of-what-is-not-there'],
  ],
  '.healthChecks[].kind': [
    ['health-checks'],
    ['health-check-of-no-kind', 'health-check-of-what-is-not-there'],
  ],
  '.healthChecks[].name': [
    ['health-checks'],
    ['health-check-of-no-kind', 'health-check-of-what-is-not-there'],
  ],
  '.healthChecks[].namespace': [
    ['health-checks'],
    ['health-check-of-no-kind', 'health-check-of-what-is-not-there'],
  ],
  '.ignore[].paths[]': [
    ['drift-ignored', 'drift-ignored-by-selectors'],
    ['drift-ignored-by-bad-selectors', 'ignored-path-that-is-none', 'selectors-that-are-none'],
  ],
  '.ignore[].target.annotationSelector': [['drift-ignored-by-selectors'], ['selectors-that-are-none']],
  '.ignore[].target.group': [['drift-ignored-by-selectors'], []],
  '.ignore[].target.kind': [
    ['drift-ignored', 'drift-ignored-by-selectors'],
    ['ignored-path-that-is-none', 'selectors-that-are-none'],
  ],
  '.ignore[].target.labelSelector': [['drift-ignored-by-selectors'], ['drift-ignored-by-bad-selectors']],
  '.ignore[].target.name': [['drift-ignored', 'drift-ignored-by-selectors'], ['selectors-that-are-none']],
  '.ignore[].target.namespace': [['drift-ignored-by-selectors'], []],
  '.ignore[].target.version': [['drift-ignored-by-selectors'], []],
  '.ignoreMissingComponents': [['said-as-it-is-by-default'], ['missing-components']],
  '.images[].digest': [['images-by-tag-and-digest'], ['digest-that-is-none']],
  '.images[].name': [
    ['transformers', 'images-by-tag-and-digest'],
    ['image-for-nobody', 'digest-that-is-none'],
  ],
  '.images[].newName': [['transformers', 'images-by-tag-and-digest'], []],
  '.images[].newTag': [['images-by-tag-and-digest'], ['image-for-nobody']],
  '.interval': [
    ['moved-to-another', 'ready-expression'],
    ['dependency-missing', 'dependency-fails'],
  ],
  '.kubeConfig.configMapRef.name': [
    ['cluster-of-a-config-map'],
    ['cluster-of-no-config-map', 'cluster-of-a-config-map-not-enabled'],
  ],
  '.kubeConfig.secretRef.key': [['cluster-of-a-key'], ['cluster-of-a-key']],
  '.kubeConfig.secretRef.name': [
    ['cluster-of-a-secret', 'cluster-of-a-key'],
    ['remote-cluster-missing', 'cluster-in-the-name-of'],
  ],
  '.namePrefix': [['transformers'], ['prefix-that-is-none']],
  '.nameSuffix': [['transformers'], ['suffix-that-is-none']],
  '.patches[].patch': [
    ['transformers', 'patches-by-selectors'],
    ['config-map-patch-without-target', 'patch-that-is-none', 'patch-of-what-is-not-there'],
  ],
  '.patches[].target.annotationSelector': [['patches-by-selectors'], ['selectors-that-are-none']],
  '.patches[].target.group': [['patches-by-selectors'], []],
  '.patches[].target.kind': [
    ['transformers', 'patches-by-selectors'],
    ['patch-that-is-none', 'patch-of-what-is-not-there', 'patch-for-nobody'],
  ],
  '.patches[].target.labelSelector': [['patches-by-selectors'], ['selectors-that-are-none']],
  '.patches[].target.name': [
    ['transformers', 'patches-by-selectors'],
    ['patch-target-that-is-no-expression'],
  ],
  '.patches[].target.namespace': [['patches-by-selectors'], []],
  '.patches[].target.version': [['patches-by-selectors'], []],
  '.path': [
    ['moved-to-another', 'transformers'],
    ['no-path', 'missing-components', 'dependency-missing'],
  ],
  '.postBuild.substitute': [
    ['substitution', 'annotations-in-other-letters'],
    ['substitution-undefined', 'substitution-bad-name', 'annotations-of-no-meaning'],
  ],
  '.postBuild.substituteFrom[].kind': [
    ['substitution', 'watched-by-label'],
    ['substitution-missing', 'substitution-from-nothing'],
  ],
  '.postBuild.substituteFrom[].name': [
    ['substitution', 'watched-by-label'],
    ['substitution-missing', 'substitution-from-nothing'],
  ],
  '.postBuild.substituteFrom[].optional': [['substitution'], ['substitution-from-nothing']],
  '.postBuild.substituteStrategy': [['substitution-always'], []],
  '.prune': [
    ['no-prune', 'moved-to-another'],
    ['dependency-missing', 'dependency-fails'],
  ],
  '.retryInterval': [
    ['moved-to-another', 'ready-expression'],
    ['dependency-missing', 'dependency-fails'],
  ],
  '.serviceAccountName': [['service-account'], ['cluster-in-the-name-of', 'account-that-may-not']],
  '.sourceRef.apiVersion': [['from-elsewhere'], []],
  '.sourceRef.kind': [
    ['moved-to-another', 'ready-expression'],
    ['no-source', 'dependency-missing', 'dependency-fails'],
  ],
  '.sourceRef.name': [
    ['moved-to-another', 'ready-expression'],
    ['no-source', 'dependency-missing', 'dependency-fails'],
  ],
  '.sourceRef.namespace': [
    ['from-elsewhere', 'dependency-elsewhere'],
    ['source-elsewhere-that-is-not-there'],
  ],
  '.suspend': [['moved-to-another', 'suspended'], []],
  '.targetNamespace': [['transformers'], ['namespace-that-is-not-there', 'namespace-that-is-none']],
  '.timeout': [
    ['health-checks', 'wait'],
    ['health-check-of-no-kind', 'health-check-of-what-is-not-there', 'health-expression-without-value'],
  ],
  '.wait': [
    ['wait', 'health-expressions'],
    ['health-expression-that-is-none', 'health-expression-without-value', 'never-healthy'],
  ],
  'kustomize.toolkit.fluxcd.io/ssa': [
    [
      'ssa-override',
      'ssa-merge',
      'ssa-ifnotpresent',
      'ssa-ignore',
      'annotations-in-other-letters',
      'mark-goes',
    ],
    ['annotations-of-no-meaning'],
  ],
  'kustomize.toolkit.fluxcd.io/force': [
    ['force-annotation', 'force-by-label-and-by-spec'],
    ['annotations-of-no-meaning'],
  ],
  'kustomize.toolkit.fluxcd.io/prune': [
    ['prune-disabled', 'labels-for-annotations', 'annotations-that-are-given-by-hand'],
    ['annotations-of-no-meaning'],
  ],
  'kustomize.toolkit.fluxcd.io/reconcile': [
    ['reconcile-disabled', 'annotations-that-are-given-by-hand'],
    ['annotations-of-no-meaning'],
  ],
  'kustomize.toolkit.fluxcd.io/substitute': [
    ['substitution', 'labels-for-annotations'],
    ['annotations-of-no-meaning'],
  ],
  'kustomize.toolkit.fluxcd.io/decrypt': [['decryption-of-one-is-off'], []],
  'reconcile.fluxcd.io/watch': [['watched-by-label'], []],
  'event.toolkit.fluxcd.io/': [['event-metadata'], []],
};
