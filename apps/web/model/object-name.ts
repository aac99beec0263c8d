/** An object, as addresses and requests of the page name it. */
export interface ObjectName {
  /** `Kustomization` for our own kinds, `Deployment.apps` and `Pod.` for all others. */
  kind: string;
  /** Empty where it is in none. */
  namespace: string;
  name: string;
}

/** The kind alone, as people say it. */
export const plainKind = (kind: string): string => kind.split('.', 1)[0]!;

/** Whether it is one of our own kinds, which have a row in the fleet and buttons on their page. */
export const isOurs = ({ kind }: Pick<ObjectName, 'kind'>): boolean => !kind.includes('.');

/** `Deployment shop/api`. */
export function inWords({ kind, namespace, name }: ObjectName): string {
  return `${plainKind(kind)} ${namespace ? `${namespace}/` : ''}${name}`;
}
