import { type GoMap, typedNil, type Value, withType } from '@millrace/go-template';
import type { Chart, Dependency, Maintainer } from '../chart/chart.ts';

/** `.Chart`: the metadata under the names of Go's fields; what is not written has its zero value. */
export function chartObject({ metadata }: Chart, isRoot: boolean): GoMap {
  return {
    Name: metadata.name,
    Home: metadata.home ?? '',
    Sources: [...(metadata.sources ?? [])],
    Version: metadata.version,
    Description: metadata.description ?? '',
    Keywords: [...(metadata.keywords ?? [])],
    Maintainers: (metadata.maintainers ?? []).map(maintainerObject),
    Icon: metadata.icon ?? '',
    APIVersion: metadata.apiVersion,
    Condition: metadata.condition ?? '',
    Tags: metadata.tags ?? '',
    AppVersion: metadata.appVersion ?? '',
    Deprecated: metadata.deprecated ?? false,
    Annotations: annotationsObject(metadata.annotations),
    KubeVersion: metadata.kubeVersion ?? '',
    Dependencies: (metadata.dependencies ?? []).map(dependencyObject),
    Type: metadata.type ?? '',
    IsRoot: isRoot,
  };
}

function annotationsObject(annotations: Chart['metadata']['annotations']): GoMap {
  const type = 'map[string]string';
  return withType(annotations ? { ...annotations } : typedNil({}), type);
}

function maintainerObject({ name = '', email = '', url = '' }: Maintainer): Value {
  return { Name: name, Email: email, URL: url };
}

function dependencyObject(dependency: Dependency): Value {
  return {
    Name: dependency.name,
    Version: dependency.version ?? '',
    Repository: dependency.repository,
    Condition: dependency.condition ?? '',
    Tags: [...(dependency.tags ?? [])],
    Enabled: dependency.enabled ?? false,
    ImportValues: [...(dependency['import-values'] ?? [])],
    Alias: dependency.alias ?? '',
  };
}
