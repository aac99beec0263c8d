import type { Command } from 'commander';
import { type CreateOptions, oneOf, providers, withCreateOptions, withKeyOptions } from '../create/flags.ts';
import { type Globals, globalsOf } from '../globals.ts';
import { group, hidden, listOption } from './group.ts';

/** What makes an object of a kind; the options are those of its command. */
type Make<Options extends CreateOptions> = (
  name: string | undefined,
  options: Options,
  globals: Globals,
) => Promise<void>;

const receiverTypes =
  'generic generic-hmac github gitlab bitbucket harbor dockerhub quay gcr nexus acr cdevents'.split(' ');

export function addCreate(program: Command): void {
  const parent = withCreateOptions(group(program, 'create', 'Create or update objects, or print them'));
  addSources(parent);
  addKustomization(parent);
  addHelmRelease(parent);
  addNotifications(parent);
  addImages(parent);
  addSecrets(parent);
  command(
    parent,
    'tenant',
    'Create the namespaces of a tenant, and who reconciles there',
    async () => (await import('../create/tenant.ts')).createTenant,
  )
    .addOption(listOption('--with-namespace <names>', 'the namespaces of the tenant'))
    .option('--with-service-account <name>', 'who reconciles; by default called like the tenant')
    .option('--cluster-role <name>', 'what they may do there', 'cluster-admin')
    .option('--skip-namespace', 'the namespaces are made elsewhere');
}

function command<Options extends CreateOptions>(
  parent: Command,
  name: string,
  description: string,
  load: () => Promise<Make<Options>>,
): Command {
  return parent
    .command(name)
    .description(description)
    .argument('[name]', 'how the object is called')
    .action(async (object: string | undefined, _: unknown, self: Command) => {
      // What all have is taken by the commands above, wherever it is written.
      const options = { ...self.opts(), ...above(self) } as Options;
      await (await load())(object, options, globalsOf(self, { anyNamespace: options.export ?? false }));
    });
}

/** The options of `create`, and of `create source`. */
function above({ parent }: Command): Record<string, unknown> {
  if (!parent?.parent) return {};
  const isGiven = parent.getOptionValueSource('interval') === 'cli';
  return { ...above(parent), ...parent.opts(), ...(isGiven ? { intervalGiven: true } : {}) };
}

function addSources(create: Command): void {
  const parent = group(create, 'source', 'Create or update sources').option(
    '--fetch-timeout <duration>',
    'how long fetching may take',
  );
  const sources = () => import('../create/sources.ts');
  withKeyOptions(
    command(parent, 'git', 'Create or update a GitRepository', async () => (await sources()).createGit),
  )
    .option('--url <url>', 'where the repository is')
    .option('--branch <name>', 'the branch to follow')
    .option('--tag <name>', 'the tag to take')
    .option('--tag-semver <range>', 'the newest tag of a range of versions')
    .option('--commit <hash>', 'the commit to take')
    .option('--ref-name <name>', 'the reference to follow: refs/pull/1/head')
    .option('-u, --username <name>', 'for HTTP(S)')
    .option('-p, --password <text>', 'for HTTP(S), or of the private key')
    .option('--secret-ref <name>', 'a Secret that is there, with the credentials')
    .option('--proxy-secret-ref <name>', 'a Secret with the address of a proxy')
    .addOption(
      oneOf(
        '--provider <name>',
        'whose identity fetches',
        ['generic', 'github', 'aws', 'azure'],
        'source Git provider',
      ),
    )
    .option('--ca-file <file>', 'the authority of the server')
    .option('--private-key-file <file>', 'for SSH, in the place of a new key')
    .option('--recurse-submodules', 'fetch submodules too')
    .addOption(listOption('--ignore-paths <rules>', 'what to leave out, as in .gitignore'))
    .addOption(listOption('--sparse-checkout-paths <paths>', 'the folders to fetch'))
    .option('-s, --silent', 'do not ask whether the key has been added');
  command(parent, 'helm', 'Create or update a HelmRepository', async () => (await sources()).createHelm)
    .option('--url <url>', 'where the repository is')
    .option('-u, --username <name>', 'the login')
    .option('-p, --password <text>', 'its password')
    .option('--cert-file <file>', 'our certificate')
    .option('--key-file <file>', 'its key')
    .option('--ca-file <file>', 'the authority of the server')
    .option('--secret-ref <name>', 'a Secret that is there, with the credentials')
    .option('--oci-provider <name>', 'whose registry it is: aws, azure, gcp')
    .option('--pass-credentials', 'send the login to other hosts of the index too');
  withVerification(
    command(parent, 'oci', 'Create or update an OCIRepository', async () => (await sources()).createOci),
  )
    .option('--url <url>', 'where the artifacts are')
    .option('--tag <name>', 'the tag to follow')
    .option('--tag-semver <range>', 'the newest tag of a range of versions')
    .option('--digest <digest>', 'the artifact to take')
    .addOption(
      oneOf('--provider <name>', 'whose registry it is', providers, 'source OCI provider').default('generic'),
    )
    .option('--secret-ref <name>', 'a Secret that is there, with the credentials')
    .option('--proxy-secret-ref <name>', 'a Secret with the address of a proxy')
    .option('--cert-ref <name>', 'a Secret with certificates')
    .option('--service-account <name>', 'whose pull Secrets are used')
    .option('--layer-selector <type:operation>', 'the layer to take, and whether to extract or copy it')
    .addOption(listOption('--ignore-paths <rules>', 'what to leave out, as in .gitignore'))
    .option('--insecure', 'the registry may be without TLS');
  command(parent, 'bucket', 'Create or update a Bucket', async () => (await sources()).createBucket)
    .addOption(
      oneOf('--provider <name>', 'whose bucket it is', providers, 'source bucket provider').default(
        'generic',
      ),
    )
    .option('--bucket-name <name>', 'the name of the bucket')
    .option('--endpoint <host>', 'where it is')
    .option('--access-key <id>', 'the login')
    .option('--secret-key <key>', 'its key')
    .option('--region <name>', 'the region of the bucket')
    .option('--insecure', 'the endpoint is without TLS')
    .option('--secret-ref <name>', 'a Secret that is there, with the credentials')
    .option('--proxy-secret-ref <name>', 'a Secret with the address of a proxy')
    .addOption(listOption('--ignore-paths <rules>', 'what to leave out, as in .gitignore'));
  withVerification(
    command(parent, 'chart', 'Create or update a HelmChart', async () => (await sources()).createChart),
  )
    .option('--source <kind/name>', 'where the chart is')
    .option('--chart <name>', 'the name of the chart, or its path')
    .option('--chart-version <range>', 'a version, or a range')
    .option('--reconcile-strategy <name>', 'ChartVersion or Revision', 'ChartVersion');
}

function withVerification(parent: Command): Command {
  return parent
    .addOption(
      oneOf(
        '--verify-provider <name>',
        'who has signed',
        ['cosign', 'notation'],
        'source OCI verify provider',
      ),
    )
    .option('--verify-secret-ref <name>', 'a Secret with the keys')
    .option('--verify-issuer <expression>', 'of a signature without keys: its issuer')
    .option('--verify-subject <expression>', 'of a signature without keys: its subject');
}

function addKustomization(parent: Command): void {
  command(
    parent,
    'kustomization',
    'Create or update a Kustomization',
    async () => (await import('../create/kustomization.ts')).createKustomization,
  )
    .alias('ks')
    .option('--source <[kind/]name[.namespace]>', 'where the manifests are')
    .option('--path <path>', 'the folder of the manifests', './')
    .option('--prune', 'delete what leaves Git')
    .option('--wait', 'wait until everything is healthy')
    .addOption(listOption('--health-check <kind/name.namespace>', 'what to wait for'))
    .option('--health-check-timeout <duration>', 'how long', '2m0s')
    .addOption(listOption('--depends-on <[namespace/]name>', 'which Kustomizations have to be ready before'))
    .option('--service-account <name>', 'in whose name it is applied')
    .addOption(
      oneOf(
        '--decryption-provider <name>',
        'how it is decrypted',
        ['sops'],
        "unsupported decryption provider '%'",
      ),
    )
    .option('--decryption-secret <name>', 'a Secret with the keys')
    .option('--target-namespace <name>', 'the namespace of all objects')
    .option('--kubeconfig-secret-ref <name>', 'a Secret with a kubeconfig of another cluster')
    .option('--retry-interval <duration>', 'how long after a failure')
    .addOption(hidden('--validation <mode>').argParser(validationIsOver));
}

function addHelmRelease(parent: Command): void {
  command(
    parent,
    'helmrelease',
    'Create or update a HelmRelease',
    async () => (await import('../create/helmrelease.ts')).createHelmRelease,
  )
    .alias('hr')
    .option('--release-name <name>', 'how the release is called')
    .option('--source <kind/name[.namespace]>', 'where the chart is')
    .option('--chart <name>', 'the name of the chart, or its path')
    .option('--chart-version <range>', 'a version, or a range')
    .option('--chart-ref <kind/name[.namespace]>', 'a HelmChart or OCIRepository that is there')
    .option('--chart-interval <duration>', 'how often the chart is looked for')
    .option('--reconcile-strategy <name>', 'ChartVersion or Revision', 'ChartVersion')
    .option('--target-namespace <name>', 'where it is installed')
    .option('--storage-namespace <name>', 'where its records are')
    .option('--create-target-namespace', 'make the namespace if it is missing')
    .addOption(listOption('--depends-on <[namespace/]name>', 'which HelmReleases have to be ready before'))
    .option('--service-account <name>', 'in whose name it is installed')
    .addOption(
      oneOf(
        '--crds <policy>',
        'what becomes of definitions at an upgrade',
        ['Skip', 'Create', 'CreateReplace'],
        "unsupported upgrade CRDs policy '%'",
      ),
    )
    .addOption(listOption('--values <file>', 'values'))
    .addOption(listOption('--values-from <kind/name>', 'a Secret or ConfigMap with values'))
    .option('--kubeconfig-secret-ref <name>', 'a Secret with a kubeconfig of another cluster');
}

function addNotifications(parent: Command): void {
  const made = () => import('../create/notifications.ts');
  command(parent, 'alert', 'Create or update an Alert', async () => (await made()).createAlert)
    .option('--provider-ref <name>', 'the Provider that is told')
    .option('--event-severity <severity>', 'info, or error only')
    .addOption(listOption('--event-source <kind/name[.namespace]>', 'whose events'));
  command(parent, 'alert-provider', 'Create or update a Provider', async () => (await made()).createProvider)
    .option('--type <name>', 'slack, github, generic, ...')
    .option('--channel <name>', 'where its messages go')
    .option('--username <name>', 'as whom')
    .option('--address <url>', 'where it is reached')
    .option('--secret-ref <name>', 'a Secret with the credentials');
  command(parent, 'receiver', 'Create or update a Receiver', async () => (await made()).createReceiver)
    .addOption(oneOf('--type <name>', 'who sends the webhooks', receiverTypes, 'receiver type'))
    .option('--secret-ref <name>', 'a Secret with the token')
    .addOption(listOption('--event <name>', 'which events'))
    .addOption(listOption('--resource <kind/name>', 'what they wake'));
}

function addImages(create: Command): void {
  const parent = group(create, 'image', 'Create or update what keeps images up to date');
  const made = () => import('../create/images.ts');
  command(
    parent,
    'repository',
    'Create or update an ImageRepository',
    async () => (await made()).createImageRepository,
  )
    .option('--image <name>', 'the image, without a tag')
    .option('--secret-ref <name>', 'a Secret with the credentials')
    .option('--cert-ref <name>', 'a Secret with certificates')
    .option('--scan-timeout <duration>', 'how long a scan may take');
  command(parent, 'policy', 'Create or update an ImagePolicy', async () => (await made()).createImagePolicy)
    .option('--image-ref <name>', 'the ImageRepository')
    .option('--select-semver <range>', 'the newest version of a range')
    .option('--select-alpha <order>', 'the last by the alphabet: asc, desc')
    .option('--select-numeric <order>', 'the last by number: asc, desc')
    .option('--filter-regex <expression>', 'only tags that match')
    .option('--filter-extract <template>', 'what of them is compared')
    .option('--reflect-digest <policy>', 'Never, IfNotPresent or Always');
  command(
    parent,
    'update',
    'Create or update an ImageUpdateAutomation',
    async () => (await made()).createImageUpdate,
  )
    .option('--git-repo-ref <name>', 'the GitRepository')
    .option('--git-repo-namespace <name>', 'its namespace')
    .option('--git-repo-path <path>', 'the folder that is updated')
    .option('--checkout-branch <name>', 'the branch to begin with')
    .option('--push-branch <name>', 'the branch to push to, where that is another')
    .option('--commit-template <text>', 'the message of commits')
    .option('--author-name <name>', 'who commits')
    .option('--author-email <address>', 'their address')
    .option('--signing-key-secret <name>', 'a Secret with the key that signs')
    .option('--signing-key-type <type>', 'gpg or ssh');
}

function addSecrets(create: Command): void {
  const parent = group(create, 'secret', 'Create or update Secrets with credentials');
  const made = () => import('../create/secrets.ts');
  const login = (one: Command) =>
    one.option('-u, --username <name>', 'the login').option('-p, --password <text>', 'its password');
  const files = (one: Command) =>
    one
      .option('--tls-crt-file <file>', 'our certificate')
      .option('--tls-key-file <file>', 'its key')
      .option('--ca-crt-file <file>', 'the authority of the server');
  withKeyOptions(
    login(command(parent, 'git', 'A Secret for a Git server', async () => (await made()).createGitSecret)),
  )
    .option('--url <url>', 'where the repository is')
    .option('--private-key-file <file>', 'for SSH, in the place of a new key')
    .option('--bearer-token <token>', 'in the place of a login')
    .option('--ca-crt-file <file>', 'the authority of the server');
  files(
    login(
      command(parent, 'helm', 'A Secret for a Helm repository', async () => (await made()).createHelmSecret),
    ),
  );
  files(command(parent, 'tls', 'A Secret with certificates', async () => (await made()).createTlsSecret));
  login(command(parent, 'oci', 'A Secret for a registry', async () => (await made()).createOciSecret)).option(
    '--url <host>',
    'the registry',
  );
  login(
    command(
      parent,
      'proxy',
      'A Secret with the address of a proxy',
      async () => (await made()).createProxySecret,
    ),
  ).option('--address <url>', 'where the proxy is');
  command(
    parent,
    'githubapp',
    'A Secret with the key of a GitHub App',
    async () => (await made()).createGitHubAppSecret,
  )
    .option('--app-id <id>', 'of the app')
    .option('--app-installation-id <id>', 'of its installation')
    .option('--app-installation-owner <name>', 'who has installed it, in place of the id')
    .option('--app-private-key <file>', 'its key')
    .option('--app-base-url <url>', "the API of a GitHub of one's own");
  command(
    parent,
    'notation',
    'A Secret with what notation trusts',
    async () => (await made()).createNotationSecret,
  )
    .addOption(listOption('--ca-cert-file <file>', 'an authority'))
    .option('--trust-policy-file <file>', 'the trust policy');
  command(
    parent,
    'receiver',
    'A Secret with the token of a Receiver',
    async () => (await made()).createReceiverSecret,
  )
    .addOption(oneOf('--type <name>', 'who sends the webhooks', receiverTypes, 'receiver type'))
    .option('--hostname <host>', 'where webhooks arrive')
    .option('--token <text>', 'in the place of a new one')
    .option('--email-claim <address>', 'of gcr: who sends')
    .option('--audience-claim <url>', 'of gcr: for whom');
}

function validationIsOver(mode: string): string {
  const why = 'this arg is no longer used, all resources are validated using server-side apply dry-run';
  console.error(`Flag --validation has been deprecated, ${why}`);
  return mode;
}
