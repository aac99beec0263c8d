import { below } from './below.ts';

/** What the fields of the kinds in image.toolkit.fluxcd.io mean. */

const gitReference = {
  branch: 'A branch.',
  tag: 'A tag.',
  semver: 'A range of versions; the highest tag in it is taken.',
  name: 'The full name of a reference.',
  commit: 'The SHA of a commit.',
};
const imageReference = {
  name: 'Name of the image, without tag and digest.',
  tag: 'Tag of the image.',
  digest: 'Digest of the image, where the policy reflects it.',
};
export const imageRepository: Record<string, string> = {
  '': 'Looks at the tags of an image in a registry.',
  'spec.image': 'Name of the image, without tag and digest, such as ghcr.io/org/app.',
  'spec.interval': 'How often the registry is asked for tags.',
  'spec.timeout': 'How long the registry may take. Without one, spec.interval.',
  'spec.secretRef':
    'The Secret of the type kubernetes.io/dockerconfigjson with the login, in the same namespace.',
  'spec.serviceAccountName':
    'The service account, in the same namespace, whose image pull Secrets are used, and whose workload identity logs in at the provider.',
  'spec.provider':
    'Where credentials come from: generic (the default) takes Secrets, aws, azure and gcp log in there.',
  'spec.exclusionList':
    'Regular expressions of tags that do not count. The default leaves out signatures of cosign.',
  'spec.accessFrom':
    'Which namespaces may refer to this object from their ImagePolicies. Without one, only its own.',
  'spec.accessFrom.namespaceSelectors': 'Selectors of namespaces: one of them has to match.',
  'spec.accessFrom.namespaceSelectors.matchLabels':
    'Labels that a namespace has. Without any, all namespaces match.',
  'status.canonicalImageName': 'Name of the image with its registry, such as index.docker.io/library/nginx.',
  'status.lastScanResult': 'What was found last.',
  'status.lastScanResult.latestTags': 'The first tags in reverse alphabetical order.',
  'status.lastScanResult.revision': 'Checksum of all tags.',
  'status.lastScanResult.scanTime': 'When the registry was asked.',
  'status.lastScanResult.tagCount': 'How many tags there are.',
  'status.observedExclusionList': 'The exclusions with which the tags were looked at.',
};

export const imagePolicy: Record<string, string> = {
  '': 'Chooses one of the tags that an ImageRepository has found.',
  'spec.imageRepositoryRef': 'The ImageRepository to choose from.',
  'spec.imageRepositoryRef.name': 'Name of the ImageRepository.',
  'spec.imageRepositoryRef.namespace': 'Namespace of the ImageRepository. Without one, that of the policy.',
  'spec.policy': 'How to choose: exactly one of these.',
  'spec.policy.semver': 'By versions.',
  'spec.policy.semver.range': 'A range of versions; the highest tag in it is chosen.',
  'spec.policy.alphabetical': 'By letters.',
  'spec.policy.alphabetical.order':
    'asc (the default) chooses the last in the order of the alphabet, desc the first.',
  'spec.policy.numerical': 'By numbers.',
  'spec.policy.numerical.order': 'asc (the default) chooses the greatest number, desc the least.',
  'spec.filterTags': 'Which tags count.',
  'spec.filterTags.pattern': 'A regular expression; tags that match it count.',
  'spec.filterTags.extract':
    'What of a tag is compared, by the groups of the pattern, such as $ts for (?P<ts>[0-9]+). Without it, the whole tag.',
  'spec.digestReflectionPolicy':
    'Whether the digest of the chosen tag is noted: Never (the default), IfNotPresent when a tag is chosen, Always whenever it is looked at.',
  'spec.interval': 'How often the digest is looked at. Needed for Always, and allowed only there.',
  'status.latestRef': 'The image that is chosen now.',
  ...below('status.latestRef', imageReference),
  'status.observedPreviousRef': 'The image that was chosen before.',
  ...below('status.observedPreviousRef', imageReference),
};

export const imageUpdateAutomation: Record<string, string> = {
  '': 'Writes the images that policies have chosen into files of a Git repository, and pushes a commit.',
  'spec.sourceRef': 'The GitRepository that is changed.',
  'spec.git': 'How the repository is checked out, committed to, and pushed.',
  'spec.git.checkout': 'What is checked out. Without it, the reference of the GitRepository.',
  'spec.git.checkout.ref': 'The reference that is checked out.',
  ...below('spec.git.checkout.ref', gitReference),
  'spec.git.commit': 'How the commit is made.',
  'spec.git.commit.author': 'Who is named as the author.',
  'spec.git.commit.author.email': 'Mail address of the author.',
  'spec.git.commit.author.name': 'Name of the author.',
  'spec.git.commit.messageTemplate':
    'The message, as a Go template over AutomationObject, Changed (Changes, Objects, FileChanges) and Values.',
  'spec.git.commit.messageTemplateValues': 'Values for the template.',
  'spec.git.commit.signingKey': 'The key with which the commit is signed.',
  'spec.git.commit.signingKey.type': 'gpg or ssh.',
  'spec.git.commit.signingKey.secretRef':
    'The Secret with the key, in the same namespace: git.asc for gpg, identity for ssh, and passphrase or password.',
  'spec.git.push': 'Where the commit is pushed. Without it, to the branch that was checked out.',
  'spec.git.push.branch': 'The branch; it is made of the checked out one if it is not there.',
  'spec.git.push.refspec': 'A refspec that is pushed too, such as refs/heads/main:refs/for/main.',
  'spec.git.push.options': 'Push options for the server.',
  'spec.interval': 'How often policies and repository are looked at when nothing has happened.',
  'spec.policySelector': 'Which ImagePolicies of the namespace count. Without one, all.',
  'spec.policySelector.matchLabels': 'Labels that a policy has.',
  'spec.policySelector.matchExpressions': 'Requirements on labels: all have to be met.',
  'spec.policySelector.matchExpressions.key': 'The label.',
  'spec.policySelector.matchExpressions.operator': 'In, NotIn, Exists or DoesNotExist.',
  'spec.policySelector.matchExpressions.values': 'The values for In and NotIn.',
  'spec.update': 'How files are changed.',
  'spec.update.path': 'Folder in which files are changed. Without one, the whole repository.',
  'spec.update.strategy': 'Setters: the fields that a marker comment names are set.',
  'status.lastAutomationRunTime': 'When it last ran.',
  'status.lastPushCommit': 'The commit that was last pushed.',
  'status.lastPushTime': 'When that was.',
  'status.observedPolicies':
    'The images of the policies that were last looked at, by the names of the policies.',
  ...below('status.observedPolicies', imageReference),
  'status.observedSourceRevision': 'The revision of the repository that was last looked at.',
};
