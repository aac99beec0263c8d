/** The latest image of a policy. */
export interface Image {
  name: string;
  tag: string;
  /** Absent or empty where digests are not followed. */
  digest?: string | undefined;
}

/** What a marker may name, and the text that belongs there. */
export type Setters = ReadonlyMap<string, string>;

/** An image that cannot be written down. */
export class InvalidImageError extends Error {
  override readonly name = 'InvalidImageError';
}

/** One line of visible characters: what any name, tag or digest is, and what fits in every style of scalar. */
const visible = /^[\x21-\x7e]*$/;

/**
 * What the policies say at each kind of marker (image-automation-controller, docs/spec/v1: the whole image, and its
 * tag, name and digest). @param images by `namespace:name` of their policies @throws InvalidImageError
 */
export function settersOf(images: ReadonlyMap<string, Image>): Setters {
  const setters = new Map<string, string>();
  for (const [policy, { name, tag, digest = '' }] of images) {
    if (!visible.test(name + tag + digest))
      throw new InvalidImageError(`the image of the policy ${policy} has characters that no image has`);
    setters.set(policy, `${name}:${tag}${digest === '' ? '' : `@${digest}`}`);
    setters.set(`${policy}:tag`, tag);
    setters.set(`${policy}:name`, name);
    setters.set(`${policy}:digest`, digest);
  }
  return setters;
}
