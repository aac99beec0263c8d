/** A path as Kubernetes writes it in errors: `spec.containers[0].image`, root the empty string. */
export function fieldPath(parent: string, name: string): string {
  return parent === '' ? name : `${parent}.${name}`;
}

export function indexPath(parent: string, index: number): string {
  return `${parent}[${index}]`;
}

/** The path of an entry of a map, whose key may hold dots: `data[a.b]`. */
export function keyPath(parent: string, key: string): string {
  return `${parent}[${key}]`;
}
