/** Names of the contract of image-reflector-controller v1.2.0. */

export const component = 'image-reflector-controller';
