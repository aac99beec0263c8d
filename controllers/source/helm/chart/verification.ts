import type { HelmChart } from '@millrace/api';
import { Failed } from '@millrace/controller';
import { providerOf, trustOf, type VerificationSecrets, type Verify } from '../../signatures/trust.ts';
import { BuildError } from '../work/build-error.ts';
import type { Deps } from './deps.ts';
import type { FoundChart } from './downloader.ts';

/**
 * Whether a chart is signed by somebody whom spec.verify trusts; false where nothing is asked. Throws Failed where the
 * Secrets do not say whom to trust, BuildError where the chart is signed by nobody of them.
 */
export async function isVerified(
  found: FoundChart,
  { spec, metadata }: HelmChart,
  secrets: VerificationSecrets,
  { roots }: Pick<Deps, 'roots'>,
  signal: AbortSignal,
): Promise<boolean> {
  const { verify } = spec;
  if (!verify) return false;
  if (!found.verify)
    throw new BuildError(
      'ChartVerificationError',
      'only a chart of a registry (a HelmRepository of type oci) has a signature that can be verified',
    );
  const trustIn = (artifact: string) => {
    try {
      return trustOf(verify, metadata.namespace ?? '', secrets, artifact, roots);
    } catch (cause) {
      throw untold(verify, cause);
    }
  };
  try {
    return (await found.verify(trustIn, signal)) === 'verified';
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof Failed) throw cause;
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new BuildError('ChartVerificationError', said, { cause });
  }
}

function untold(verify: Verify, cause: unknown): Failed {
  const reason = 'VerificationError';
  const said = cause instanceof Error ? cause.message : String(cause);
  const message = `failed to verify the signature using provider '${providerOf(verify)}': ${said}`;
  return new Failed(reason, message, {
    cause,
    conditions: { SourceVerified: { status: 'False', reason, message } },
  });
}
