import { kubernetes } from '@millrace/schema';

/** The answer of /version: the release of Kubernetes whose behaviour this API follows. */
export function versionDocument(): string {
  const release = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(kubernetes.version);
  const [, major = '1', minor = '36', patch = '0'] = release ?? [];
  return JSON.stringify({
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion: `v${major}.${minor}.${patch}+millrace`,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: 'node',
    platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  });
}
