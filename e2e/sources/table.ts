import type { Case } from './cases.ts';

/** Cases in which a field does what it is for, and those in which something is wrong with it. */
export type Row = readonly [right: readonly Case[], wrong: readonly Case[]];

/** By the path of the field below `spec`. */
export type Table = Readonly<Record<string, Row>>;

const in_ =
  (file: string) =>
  (...titles: string[]): Case[] =>
    titles.map(title => [file, title]);
const git = in_('git-sources.long.test.ts');
const source = in_('source.test.ts');
const oci = in_('oci.test.ts');
const helm = in_('helm-sources.test.ts');
const keyless = in_('helm-keyless.long.test.ts');
const s3 = in_('bucket.test.ts');
const access = in_('bucket-access.long.test.ts');
const generator = in_('artifact-generator.long.test.ts');
const timing = in_('source-timing.long.test.ts');
const clouds = in_('image-push-clouds.long.test.ts');
const fields = in_('sources/fields.long.test.ts');

const looked = timing('is looked at again when its interval is over');
const suspended = timing('is left alone while it is suspended, even where somebody asks');
const late = timing('gives up on a server that does not answer within its timeout');
const refused = timing('a %s of %j is refused');

/**
 * The cases of every field of every source. Where none tells what may be wrong, there is nothing but what the API server
 * refuses: beside/refusals.long.test.ts.
 */
export const tables: Readonly<Record<string, Table>> = {
  GitRepository: {
    '.ignore': [fields('GitRepository.ignore'), []],
    '.include[].fromPath': [git('includes others'), git('includes others')],
    '.include[].repository.name': [git('includes others'), git('that includes itself')],
    '.include[].toPath': [git('includes others'), git('includes others')],
    '.interval': [looked, refused],
    '.provider': [git('as a GitHub App'), git('as a GitHub App')],
    '.proxySecretRef.name': [git('through a proxy that wants'), git('through a proxy that wants')],
    '.recurseSubmodules': [git('brings its submodules'), git('brings its submodules')],
    '.ref.branch': [git('of a commit is of one on the branch'), fields('GitRepository.ref.branch of none')],
    '.ref.commit': [git('of a commit is of one on the branch'), source('that has not the commit')],
    '.ref.name': [fields('GitRepository.ref.name'), fields('GitRepository.ref.name of none')],
    '.ref.semver': [git('of HEAD, a tag and both'), fields('GitRepository.ref.semver of none')],
    '.ref.tag': [fields('GitRepository.ref.tag'), fields('GitRepository.ref.tag of none')],
    '.secretRef.name': [git('with its deploy key'), git('no known_hosts', 'is refused with %s')],
    '.serviceAccountName': [clouds('CodeCommit'), git('as a GitHub App')],
    '.sparseCheckout[]': [
      fields('GitRepository.sparseCheckout'),
      source('without the folder of sparseCheckout'),
    ],
    '.suspend': [suspended, []],
    '.timeout': [late, refused],
    '.url': [git('with its deploy key'), source('shows no password of its URL')],
    '.verify.mode': [git('of HEAD, a tag and both'), git('branch for a tag', 'light tag')],
    '.verify.secretRef.name': [git('of HEAD, a tag and both'), git('missing Secret', 'other keys')],
  },
  OCIRepository: {
    '.certSecretRef.name': [oci('by an authority that the spec names'), oci('no-cert')],
    '.ignore': [fields('OCIRepository.ignore'), []],
    '.insecure': [oci('by an authority that the spec names'), oci('by an authority that the spec names')],
    '.interval': [looked, refused],
    '.layerSelector.mediaType': [oci('copies a layer as it is'), oci('no-layer')],
    '.layerSelector.operation': [oci('copies a layer as it is'), []],
    '.provider': [fields('a registry of AWS'), oci('foreign')],
    '.proxySecretRef.name': [oci('by the proxy that the spec names'), oci('no-proxy')],
    '.ref.digest': [fields('OCIRepository.ref.digest'), oci('digest')],
    '.ref.semver': [oci('semver'), oci('unmatched', 'unclear')],
    '.ref.semverFilter': [oci('filter'), fields('OCIRepository.ref.semverFilter that is none')],
    '.ref.tag': [oci('is the same with a slash'), oci('gone')],
    '.secretRef.name': [oci('logs in with a pull secret'), oci('no-secret')],
    '.serviceAccountName': [oci('logs in with a pull secret'), oci('no-account', 'gated')],
    '.suspend': [suspended, []],
    '.timeout': [late, refused],
    '.url': [oci('is the same with a slash'), oci('url', 'tagged')],
    '.verify.matchOIDCIdentity[].issuer': [
      oci('keyless-bundle'),
      fields('OCIRepository.verify of another issuer'),
    ],
    '.verify.matchOIDCIdentity[].subject': [
      oci('keyless-bundle'),
      fields('OCIRepository.verify of another subject'),
    ],
    '.verify.provider': [oci('key-bundle', 'notation-jws'), oci('none', 'ed25519')],
    '.verify.secretRef.name': [oci('key-bundle'), oci('rsa')],
    '.verify.trustedRootSecretRef.name': [oci('keyless-bundle'), fields('OCIRepository.verify by no root')],
  },
  HelmRepository: {
    '.accessFrom.namespaceSelectors[].matchLabels': [fields('HelmRepository.accessFrom'), []],
    '.certSecretRef.name': [
      fields('HelmRepository.certSecretRef'),
      fields('HelmRepository.certSecretRef of none'),
    ],
    '.insecure': [fields('HelmRepository.insecure'), fields('HelmRepository.insecure')],
    '.interval': [looked, refused],
    '.passCredentials': [fields('HelmRepository.passCredentials'), fields('HelmRepository.passCredentials')],
    '.provider': [fields('a registry of AWS'), helm('a cloud that gives no login')],
    '.secretRef.name': [helm('of a private one'), helm('has no secret', 'has half a login')],
    '.suspend': [suspended, []],
    '.timeout': [late, helm('does not answer in time')],
    '.type': [helm('a repository that moves to a registry'), helm('is a registry of the wrong type')],
    '.url': [helm('comes anew as soon as its repository'), helm('is a registry of the wrong type')],
  },
  HelmChart: {
    '.chart': [helm('the newest'), helm('of no name', 'of a bad name', 'of no path')],
    '.ignoreMissingValuesFiles': [helm('has the values of several files'), helm('of no values')],
    '.interval': [helm('the newest'), refused],
    '.reconcileStrategy': [helm('has its revision and its values in it'), []],
    '.sourceRef.apiVersion': [fields('HelmChart.sourceRef.apiVersion'), []],
    '.sourceRef.kind': [helm('the newest', 'is packed with its dependencies'), helm('of no path')],
    '.sourceRef.name': [helm('the newest'), helm('of no source')],
    '.suspend': [timing('is left alone while it is suspended, and taken up'), refused],
    '.valuesFiles[]': [helm('has the values of several files'), helm('of no values', 'of values beside it')],
    '.verify.matchOIDCIdentity[].issuer': [
      keyless('issuer and subject as a whole'),
      [...keyless('another issuer'), ...fields('HelmChart.verify of no issuer')],
    ],
    '.verify.matchOIDCIdentity[].subject': [
      keyless('issuer and subject as a whole'),
      [...keyless('another subject'), ...fields('HelmChart.verify of no subject')],
    ],
    '.verify.provider': [helm('is offered with what was verified'), helm('in a repository over HTTP')],
    '.verify.secretRef.name': [
      helm('is offered with what was verified'),
      helm('by a Secret that is not there'),
    ],
    '.version': [helm('a range', 'a pre-release'), helm('of no version', 'of no range')],
  },
  Bucket: {
    '.bucketName': [s3('has its artifact, with what Flux tells'), access('at the emulator of Google')],
    '.certSecretRef.name': [access('by TLS, with an authority'), s3('no-tls')],
    '.endpoint': [
      s3('has its artifact, with what Flux tells'),
      s3('odd-endpoint', 'away', 'azure-elsewhere'),
    ],
    '.ignore': [s3('leaves out what .sourceignore and spec.ignore'), []],
    '.insecure': [access('with the keys of a Secret'), []],
    '.interval': [looked, refused],
    '.prefix': [s3('takes what is below spec.prefix'), []],
    '.provider': [
      access('by the role of a ServiceAccount', 'at the emulator of Google'),
      s3('azure-secret', 'google-secret'),
    ],
    '.proxySecretRef.name': [access('through a proxy that wants a password'), s3('no-proxy')],
    '.region': [access('by the role of a ServiceAccount'), access('by the role of a ServiceAccount')],
    '.secretRef.name': [s3('comes in with the keys of its Secret'), s3('no-secret', 'empty-secret')],
    '.serviceAccountName': [access('by the role of a ServiceAccount'), s3('gate')],
    '.sts.certSecretRef.name': [fields('Bucket.sts.certSecretRef'), fields('Bucket.sts.certSecretRef')],
    '.sts.endpoint': [access('by somebody of a directory'), []],
    '.sts.provider': [access('by somebody of a directory'), access('by somebody of a directory')],
    '.sts.secretRef.name': [access('by somebody of a directory'), access('by somebody of a directory')],
    '.suspend': [suspended, refused],
    '.timeout': [late, refused],
  },
  ExternalArtifact: {
    '.sourceRef.apiVersion': [generator('makes artifacts that Kustomizations apply'), []],
    '.sourceRef.kind': [generator('makes artifacts that Kustomizations apply'), []],
    '.sourceRef.name': [generator('makes artifacts that Kustomizations apply'), []],
    '.sourceRef.namespace': [generator('makes artifacts that Kustomizations apply'), []],
  },
  ArtifactGenerator: {
    '.artifacts[].copy[].exclude[]': [
      fields('ArtifactGenerator.exclude'),
      fields('ArtifactGenerator.exclude of all'),
    ],
    '.artifacts[].copy[].from': [generator('makes one for each folder'), generator('without-files')],
    '.artifacts[].copy[].strategy': [
      generator('makes charts of parts'),
      fields('ArtifactGenerator.strategy for what is no YAML'),
    ],
    '.artifacts[].copy[].to': [generator('makes one for each folder'), []],
    '.artifacts[].name': [generator('makes one for each folder'), generator('twice-an-artifact', 'taken')],
    '.artifacts[].originRevision': [
      [
        ...generator('makes artifacts that Kustomizations apply'),
        ...fields('ArtifactGenerator.originRevision'),
      ],
      [],
    ],
    '.artifacts[].revision': [fields('ArtifactGenerator.revision'), generator('of-nothing')],
    '.commonMetadata.annotations': [generator('makes one for each folder'), []],
    '.commonMetadata.labels': [generator('makes one for each folder'), []],
    '.pathPattern': [generator('makes one for each folder'), generator('with-an-odd-pattern')],
    '.sources[].alias': [generator('makes artifacts that Kustomizations apply'), generator('twice-a-source')],
    '.sources[].kind': [fields('ArtifactGenerator.revision'), generator('of-itself')],
    '.sources[].name': [fields('ArtifactGenerator.revision'), generator('waits for its source')],
    '.sources[].namespace': [
      fields('ArtifactGenerator.namespace'),
      fields('ArtifactGenerator.namespace of nobody'),
    ],
  },
};
