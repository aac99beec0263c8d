import { below } from './below.ts';

/** What the fields of the kinds in source.toolkit.fluxcd.io mean. */

const include = {
  fromPath: 'Folder of the included repository. Without one, its root.',
  repository: 'The GitRepository whose artifact is included, in the same namespace.',
  'repository.name': 'Name of the GitRepository.',
  toPath: 'Folder where it goes. Without one, a folder of the name of the included repository.',
};
const layerSelector = {
  mediaType: 'Media type of the layer. The first that has it is taken; without one, the first of all.',
  operation: 'extract (the default) unpacks the layer; copy stores it as it is.',
};
export const gitRepository: Record<string, string> = {
  '': 'Follows a Git repository, and makes an artifact of the revision that its reference names.',
  'spec.url': 'Address of the repository: http, https or ssh.',
  'spec.ref': 'What is followed. Without one, the branch master.',
  'spec.ref.branch': 'A branch.',
  'spec.ref.tag': 'A tag; used in the place of branch.',
  'spec.ref.semver': 'A range of versions; the highest tag in it is taken, in the place of tag.',
  'spec.ref.name':
    'The full name of a reference, such as refs/pull/420/head; used in the place of all but commit.',
  'spec.ref.commit':
    'The SHA of a commit, used in the place of all others; branch says where to look for it.',
  'spec.secretRef':
    'The Secret with the credentials, in the same namespace: username and password, or bearerToken, for HTTPS (ca.crt, tls.crt and tls.key for TLS); identity, known_hosts and perhaps password for SSH; the keys of a GitHub App for the provider github.',
  'spec.provider':
    'Where credentials come from: generic (the default) takes the Secret, azure, github and aws log in there.',
  'spec.serviceAccountName':
    'The service account, in the same namespace, whose workload identity logs in at the provider.',
  'spec.timeout': 'How long a Git operation may take. The default is 60s.',
  'spec.interval': 'How often the repository is asked for news.',
  'spec.ignore':
    'What does not go into the artifact, in the format of .gitignore. It replaces the default exclusions; those of the .sourceignore files in the repository come first.',
  'spec.include': 'Artifacts of other GitRepositories that are put into this one.',
  ...below('spec.include', include),
  'spec.recurseSubmodules': 'Fetches submodules too, with the credentials of this repository.',
  'spec.sparseCheckout': 'The folders that are checked out. Without any, all of them.',
  'spec.verify': 'Demands that what is fetched is signed.',
  'spec.verify.mode': 'What has to be signed: HEAD (the commit), Tag, or TagAndHEAD.',
  'spec.verify.secretRef':
    'The Secret whose entries are the public keys that are trusted, in the same namespace.',
  'status.observedInclude': 'The spec.include with which the artifact was made.',
  ...below('status.observedInclude', include),
  'status.observedRecurseSubmodules': 'The spec.recurseSubmodules with which the artifact was made.',
  'status.observedSparseCheckout': 'The spec.sparseCheckout with which the artifact was made.',
  'status.sourceVerificationMode': 'The mode in which the signature was last verified.',
};

export const ociRepository: Record<string, string> = {
  '': 'Follows a repository in an OCI registry, and makes an artifact of a layer of the image that its reference names.',
  'spec.url': 'Address of the repository without tag and digest, such as oci://ghcr.io/org/app-manifests.',
  'spec.ref': 'What is followed. Without one, the tag latest.',
  'spec.ref.tag': 'A tag.',
  'spec.ref.semver': 'A range of versions; the highest tag in it is taken, in the place of tag.',
  'spec.ref.semverFilter': 'A regular expression; only tags that match it count for semver.',
  'spec.ref.digest': 'A digest, as sha256:hex; used in the place of all others.',
  'spec.layerSelector':
    'Which layer of the image is taken, and how. Without one, the first layer is unpacked.',
  ...below('spec.layerSelector', layerSelector),
  'spec.secretRef':
    'The Secret of the type kubernetes.io/dockerconfigjson with the login, in the same namespace.',
  'spec.provider':
    'Where credentials come from: generic (the default) takes Secrets, aws, azure and gcp log in there.',
  'spec.serviceAccountName':
    'The service account, in the same namespace, whose image pull Secrets are used, and whose workload identity logs in at the provider.',
  'spec.timeout': 'How long an operation at the registry may take. The default is 60s.',
  'spec.interval': 'How often the registry is asked for news.',
  'spec.ignore':
    'What does not go into the artifact, in the format of .gitignore. It replaces the default exclusions; those of .sourceignore files come first.',
  'spec.verify': 'Demands that the image is signed.',
  'spec.verify.provider': 'Which tool has made the signature: cosign or notation.',
  'status.observedLayerSelector': 'The spec.layerSelector with which the artifact was made.',
  ...below('status.observedLayerSelector', layerSelector),
};

export const bucket: Record<string, string> = {
  '': 'Follows a bucket of an object storage, and makes an artifact of what it holds.',
  'spec.bucketName': 'Name of the bucket.',
  'spec.endpoint': 'Host of the storage, and perhaps its port.',
  'spec.region': 'Region of the endpoint.',
  'spec.prefix': 'Only objects whose key begins with this are fetched.',
  'spec.provider':
    'Whose storage it is: generic (the default; S3 with the keys of the Secret), aws, azure or gcp.',
  'spec.secretRef':
    'The Secret with the credentials, in the same namespace: accesskey and secretkey, serviceaccount for gcp, and for azure accountKey, sasKey or an identity.',
  'spec.serviceAccountName':
    'The service account, in the same namespace, whose workload identity logs in at the provider.',
  'spec.timeout': 'How long the fetching of the bucket may take. The default is 60s.',
  'spec.interval': 'How often the bucket is asked for news.',
  'spec.ignore':
    'What does not go into the artifact, in the format of .gitignore. It replaces the default exclusions; those of .sourceignore files come first.',
  'spec.sts': 'A security token service that gives temporary credentials.',
  'spec.sts.provider': 'aws or ldap.',
  'spec.sts.endpoint': 'Address of the service.',
  'spec.sts.secretRef': 'The Secret with username and password for ldap, in the same namespace.',
  'spec.sts.certSecretRef': 'The Secret with TLS material for ldap, in the same namespace.',
};

export const helmRepository: Record<string, string> = {
  '': 'Follows the index of a Helm repository, or names a registry that holds charts.',
  'spec.url': 'Address of the repository: http or https, and oci:// for the type oci.',
  'spec.type': 'default for a repository with an index over HTTP, oci for a registry.',
  'spec.secretRef':
    'The Secret with the credentials, in the same namespace: username and password, or for the type oci one of the type kubernetes.io/dockerconfigjson.',
  'spec.passCredentials': 'Sends the credentials also to other hosts that the index names for its charts.',
  'spec.provider': 'Where credentials come from for the type oci: generic (the default), aws, azure or gcp.',
  'spec.timeout': 'How long the fetching of the index, or of a chart of the type oci, may take.',
  'spec.interval': 'How often the index is asked for news.',
  'spec.insecure': 'Allows plain HTTP for the type oci.',
};

export const helmChart: Record<string, string> = {
  '': 'Fetches or packs a chart, and makes an artifact of it.',
  'spec.chart': 'Name of the chart in a Helm repository, or path of its folder in another source.',
  'spec.version': 'The version or range of versions in a Helm repository; without one, the latest.',
  'spec.sourceRef': 'Where the chart is: a HelmRepository, GitRepository or Bucket in the same namespace.',
  'spec.valuesFiles':
    'Values files that become the values of the chart, merged in their order, by paths from the root of the source.',
  'spec.valuesFile': 'A values file; use valuesFiles.',
  'spec.ignoreMissingValuesFiles': 'Passes over values files that are not there.',
  'spec.reconcileStrategy':
    'When a new artifact is made: ChartVersion (the default) for a new version of the chart, Revision for a new revision of its source.',
  'spec.interval': 'How often the source is looked at for a new chart.',
  'spec.verify': 'Demands that a chart from a registry is signed.',
  'spec.verify.provider': 'Which tool has made the signature: cosign or notation.',
  'status.observedChartName': 'Name of the chart in the artifact.',
  'status.observedSourceArtifactRevision': 'Revision of the artifact of the source that was last looked at.',
  'status.observedValuesFiles': 'The values files with which the artifact was made.',
};

export const externalArtifact: Record<string, string> = {
  '': 'Offers an artifact that a controller outside of the source controller has made.',
  'spec.sourceRef': 'The object for which the artifact was made.',
};
