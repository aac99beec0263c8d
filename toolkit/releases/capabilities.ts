import { type Capabilities, defaultCapabilities } from '@millrace/helm';
import { apiVersionOf, type KubeClient } from '@millrace/kube';

/**
 * What the cluster serves at this moment, as charts see it. Who asks while others do shares what is asked next: a
 * definition that was there before the question is in the answer.
 */
export function capabilitiesOf(client: KubeClient): Promise<Capabilities> {
  const asking = askings.get(client) ?? {};
  askings.set(client, asking);
  if (asking.next) return asking.next;
  if (asking.current) {
    asking.next = asking.current.then(begin, begin);
    return asking.next;
  }
  return begin();

  function begin(): Promise<Capabilities> {
    delete asking.next;
    const current = ask(client, asking).finally(() => {
      if (asking.current === current) delete asking.current;
    });
    asking.current = current;
    return current;
  }
}

interface Asking {
  current?: Promise<Capabilities>;
  next?: Promise<Capabilities>;
  version?: { text: string; at: number };
}

/** Milliseconds for which a server's version is believed: it changes with the server's program. */
const versionKept = 60_000;

const askings = new WeakMap<KubeClient, Asking>();

async function ask(client: KubeClient, asking: Asking): Promise<Capabilities> {
  client.discovery.invalidate();
  const [version, kinds] = await Promise.all([versionOf(client, asking), client.discovery.all()]);
  const {
    gitVersion = '',
    major = '',
    minor = '',
  } = JSON.parse(version) as {
    gitVersion?: string;
    major?: string;
    minor?: string;
  };
  const apiVersions = new Set<string>();
  for (const { group, version, kind } of kinds) {
    apiVersions.add(apiVersionOf(group, version));
    apiVersions.add(`${apiVersionOf(group, version)}/${kind}`);
  }
  return {
    ...defaultCapabilities,
    kubeVersion: { version: gitVersion, major, minor },
    apiVersions: [...apiVersions],
  };
}

async function versionOf({ transport }: KubeClient, asking: Asking): Promise<string> {
  if (asking.version && Date.now() - asking.version.at < versionKept) return asking.version.text;
  const { text } = await transport.send({ method: 'GET', path: '/version' });
  asking.version = { text, at: Date.now() };
  return text;
}
