import {
  type Field,
  filled,
  object,
  optional,
  optionalWord,
  packageUrl,
  required,
  text,
  texts,
  uri,
  word,
} from './fields.ts';

type Fields = Record<string, Field>;

/** What an event is about: the type of its subject, and what the subject has. */
export interface Vocabulary {
  subject: string;
  content: Fields;
}

const thing = object({ id: filled, source: uri });
const maybe = optional(thing);
const must = required(thing);

const repository: Fields = { name: text, owner: text, url: text, viewUrl: text };
const sbom = optional(object({ uri: filled }));
const run: Fields = { pipelineName: text, url: text };
const task: Fields = { taskName: text, url: text, pipelineRun: maybe };
const incident: Fields = { artifactId: packageUrl, description: text, environment: must, service: maybe };
const deployment: Fields = { artifactId: packageUrl, environment: must };

const trigger = optional(
  object({ type: optionalWord('manual', 'pipeline', 'event', 'schedule', 'other'), uri: text }),
);
const suite: Fields = { id: filled, name: text, version: text };
const testSuite = optional(object({ ...suite, uri: text }));
const testCase = optional(
  object({
    ...suite,
    uri: text,
    type: optionalWord(
      ...['performance', 'functional', 'unit', 'security', 'compliance', 'integration', 'e2e', 'other'],
    ),
  }),
);
const result: Fields = {
  outcome: word('pass', 'fail', 'cancel', 'error'),
  severity: optionalWord('low', 'medium', 'high', 'critical'),
  reason: text,
};
const ticket: Fields = {
  ...{ summary: text, ticketType: text, group: text, creator: text, priority: text, milestone: text },
  ...{ assignees: texts, labels: texts, uri: filled },
};

/** The events of CDEvents 0.4.1 with what their schemas ask for (https://cdevents.dev/docs), by subject. */
const vocabulary: Record<string, Record<string, Fields>> = {
  artifact: {
    'deleted.0.1.0': { user: text },
    'downloaded.0.1.0': { user: text },
    'packaged.0.2.0': { change: must, sbom },
    'published.0.2.0': { sbom, user: text },
    'signed.0.2.0': { signature: filled },
  },
  branch: { 'created.0.2.0': { repository: maybe }, 'deleted.0.2.0': { repository: maybe } },
  build: { 'finished.0.2.0': { artifactId: packageUrl }, 'queued.0.2.0': {}, 'started.0.2.0': {} },
  change: {
    'abandoned.0.2.0': { repository: maybe },
    'created.0.3.0': { description: text, repository: maybe },
    'merged.0.2.0': { repository: maybe },
    'reviewed.0.2.0': { repository: maybe },
    'updated.0.2.0': { repository: maybe },
  },
  environment: {
    'created.0.2.0': { name: text, url: text },
    'deleted.0.2.0': { name: text },
    'modified.0.2.0': { name: text, url: text },
  },
  incident: {
    'detected.0.2.0': incident,
    'reported.0.2.0': { ...incident, ticketURI: filled },
    'resolved.0.2.0': incident,
  },
  pipelineRun: {
    'finished.0.2.0': { ...run, outcome: text, errors: text },
    'queued.0.2.0': run,
    'started.0.2.0': run,
  },
  repository: {
    'created.0.2.0': { ...repository, name: filled, url: filled },
    'deleted.0.2.0': repository,
    'modified.0.2.0': repository,
  },
  service: {
    'deployed.0.2.0': deployment,
    'published.0.2.0': { environment: maybe },
    'removed.0.2.0': { environment: maybe },
    'rolledback.0.2.0': deployment,
    'upgraded.0.2.0': deployment,
  },
  taskRun: { 'finished.0.2.0': { ...task, outcome: text, errors: text }, 'started.0.2.0': task },
  testCaseRun: {
    'finished.0.2.0': { ...result, environment: must, testCase, testSuiteRun: maybe },
    'queued.0.2.0': { environment: must, testCase, testSuiteRun: maybe, trigger },
    'skipped.0.1.0': { environment: maybe, reason: text, testCase, testSuiteRun: maybe },
    'started.0.2.0': { environment: must, testCase, testSuiteRun: maybe, trigger },
  },
  testOutput: {
    'published.0.2.0': {
      outputType: word('report', 'video', 'image', 'log', 'other'),
      ...{ format: text, uri: text, testCaseRun: maybe },
    },
  },
  testSuiteRun: {
    'finished.0.2.0': { ...result, environment: must, testSuite },
    'queued.0.2.0': { environment: must, testSuite: optional(object({ ...suite, url: text })), trigger },
    'started.0.2.0': { environment: must, testSuite, trigger },
  },
  ticket: {
    'closed.0.1.0': { ...ticket, resolution: filled, updatedBy: text },
    'created.0.1.0': { ...ticket, creator: filled },
    'updated.0.1.0': { ...ticket, updatedBy: text },
  },
};

/** By type: `dev.cdevents.change.merged.0.2.0`. */
export const events: ReadonlyMap<string, Vocabulary> = new Map(
  Object.entries(vocabulary).flatMap(([subject, kinds]) =>
    Object.entries(kinds).map(([kind, content]) => [
      `dev.cdevents.${subject.toLowerCase()}.${kind}`,
      { subject, content },
    ]),
  ),
);
