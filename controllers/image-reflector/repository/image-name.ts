import { Stalled } from '@millrace/controller';
import { InvalidRepository, parseRepository, type RepositoryName } from '@millrace/oci';

/** Where spec.image is. Throws Stalled with what is wrong with it. */
export function imageIn(image: string): RepositoryName {
  const invalid = (message: string, cause?: unknown) => new Stalled('ImageURLInvalid', message, { cause });
  const scheme = image.indexOf('://');
  if (scheme >= 0) {
    const written = image.slice(0, scheme);
    throw invalid(`image '${image}' should not include URL scheme; remove '${written}://'`);
  }
  const tag = /^(?:[^/]*\/)?[^:@]*(:[^/@]*)$/.exec(image)?.[1];
  if (tag !== undefined && image.includes('/'))
    throw invalid(`image '${image}' should not include a tag; remove '${tag}'`);
  try {
    return parseRepository(image);
  } catch (error) {
    if (!(error instanceof InvalidRepository)) throw error;
    throw invalid(`could not parse reference: ${image}: ${error.message}`, error);
  }
}

/** Its name with everything that may be left out: `index.docker.io/library/alpine`. */
export const canonical = ({ host, path }: RepositoryName): string => `${host}/${path}`;
