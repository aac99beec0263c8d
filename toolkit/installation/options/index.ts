export {
  allComponents,
  type Component,
  componentsOf,
  defaultComponents,
  defaultOptions,
  extraComponents,
  type InstallOptions,
  type LogLevel,
  logLevels,
} from './options.ts';
