import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloud } from '@millrace/cloud';
import { startController } from '@millrace/controller';
import { serviceAccountTokens } from '@millrace/kube';
import type { Program } from '@millrace/process';
import { openCharts } from './charts.ts';
import { helmFlags } from './flags/index.ts';
import { helmReleaseReconciler } from './reconciler.ts';

/** Those of helm-controller v1.6.3 that mean something here; what each does stands in docs/compatibility.md. */
const gates = {
  AdditiveCELDependencyCheck: false,
  DefaultToRetryOnFailure: false,
  DisableChartDigestTracking: false,
  ExternalArtifact: false,
  ObjectLevelWorkloadIdentity: false,
  UseHelm3Defaults: false,
  // Moot: what they turn on or off is done otherwise here, or always.
  AdoptLegacyReleases: false,
  AllowDNSLookups: false,
  CacheSecretsAndConfigMaps: false,
  CancelHealthCheckOnNewRevision: false,
  CorrectDrift: false,
  DetectDrift: false,
  DirectSourceFetch: false,
  DisableConfigWatchers: false,
  OOMWatch: false,
};

const defaultConcurrency = 16;

export const helmController: Program<typeof helmFlags, keyof typeof gates> = {
  name: 'helm-controller',
  flags: helmFlags,
  gates,
  grace: flags => flags.gracefulShutdownTimeout,
  async start({ environment, settings, flags: given, gates: open }) {
    const serviceAccounts = serviceAccountTokens(environment.client);
    const clouds = cloud({
      serviceAccounts,
      objectLevel: open.ObjectLevelWorkloadIdentity,
      tokens: {
        maxSize: given.tokenCacheMaxSize,
        maxDuration: given.tokenCacheMaxDuration,
        told: environment.metrics.tokens,
      },
    });
    const folder = await mkdtemp(join(tmpdir(), 'millrace-charts-'));
    const charts = openCharts(join(folder, 'archives'), given.httpTimeout || undefined);
    const reconciler = helmReleaseReconciler(environment, {
      charts,
      remote: {
        mayRunPrograms: given.insecureKubeconfigExec,
        maySkipVerification: given.insecureKubeconfigTls,
        defaultServiceAccount: given.defaultKubeconfigServiceAccount || undefined,
        cloud: clouds,
      },
      crossNamespaceRefs: !given.noCrossNamespaceRefs,
      externalArtifacts: open.ExternalArtifact,
      defaultServiceAccount: given.defaultServiceAccount || undefined,
      additiveExpressions: open.AdditiveCELDependencyCheck,
      recheckAfter: given.requeueDependency,
      fetchRetries: given.httpRetry,
      tracksDigests: !open.DisableChartDigestTracking,
      retryByDefault: open.DefaultToRetryOnFailure,
      helm3Defaults: open.UseHelm3Defaults,
      concurrency: settings.concurrency ?? defaultConcurrency,
      overrideManagers: given.overrideManagers,
    });
    const running = await startController(reconciler, environment, settings);
    return {
      async stop() {
        await running.stop();
        await charts.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
};
