import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** Where the certificate is with which a page is served, and its key. */
export interface TlsFiles {
  certFile: string;
  keyFile: string;
}

interface Pair {
  cert: string;
  key: string;
}

/** A certificate that is replaced where it lies: cert-manager and Kubernetes do so long before it ends. */
export interface FollowedCertificate {
  current(): Pair;
  follow(listener: (pair: Pair) => void): void;
  stop(): void;
}

const every = 60_000;

/**
 * @param onProblem told of what cannot be read or used; the former certificate stays
 * @throws what reading the files throws, or Error where they are no pair
 */
export async function followCertificate(
  files: TlsFiles,
  onProblem: (error: Error) => void,
  interval = every,
): Promise<FollowedCertificate> {
  let pair = await read(files);
  let tell: (pair: Pair) => void = () => {};
  const look = async () => {
    const next = await read(files);
    if (next.cert === pair.cert && next.key === pair.key) return;
    pair = next;
    tell(next);
  };
  const timer = setInterval(() => void look().catch(onProblem), interval);
  timer.unref();
  return {
    current: () => pair,
    follow(listener) {
      tell = listener;
    },
    stop: () => clearInterval(timer),
  };
}

async function read({ certFile, keyFile }: TlsFiles): Promise<Pair> {
  const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
  const words = `${certFile} and ${keyFile} are no certificate and its key`;
  try {
    if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) return { cert, key };
  } catch (cause) {
    throw new Error(`${words}: ${(cause as Error).message}`, { cause });
  }
  throw new Error(`${words}: the key is another's`);
}
