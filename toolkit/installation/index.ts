export { installation } from './installation.ts';
export { generatedText, installationText } from './installation-text.ts';
export * from './options/index.ts';
export { pageName } from './page.ts';
