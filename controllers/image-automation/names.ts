export const component = 'image-automation-controller';
