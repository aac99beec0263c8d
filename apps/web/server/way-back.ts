import { isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, at, type KubeObject } from '@millrace/kube';
import type { WayBack } from '../model/history-entry.ts';
import { ActionError } from './actions.ts';
import { applierOf, revisionAt } from './applier.ts';
import type { Asked } from './asked.ts';
import { readNamed } from './named-object.ts';
import type { CommitRange } from './preview-of.ts';

/** How an earlier state comes back: what is to be reverted in Git, while the object is suspended. Throws ActionError. */
export async function wayBack(asked: Asked): Promise<WayBack> {
  const object = await readNamed(asked.viewer, asked.query, asked.signal);
  const to = asked.query.get('to') ?? '';
  if (object.kind === 'Kustomization') return ofKustomization(asked, object, to);
  if (object.kind === 'HelmRelease') return ofRelease(asked, object, to);
  throw new ActionError(`a ${object.kind} has no earlier state to go back to`);
}

async function ofKustomization(asked: Asked, ks: KubeObject, to: string): Promise<WayBack> {
  const current = text(at(asJson(ks), 'status', 'lastAppliedRevision'));
  const known = pastOf(ks).map(({ metadata }) => (isObject(metadata) ? text(metadata.revision) : ''));
  if (!known.includes(to)) throw new ActionError(`${to.slice(0, 200)} is no revision that it has applied`);
  const resume = `flux resume kustomization ${ks.metadata.name} -n ${ks.metadata.namespace}`;
  const git = await inGit(asked, ks, to, current);
  return { ...git, commands: [...git.commands, resume] };
}

/** The commands that take back what came after a revision of Git. */
async function inGit(asked: Asked, ks: KubeObject, to: string, current: string): Promise<WayBack> {
  const [earlier, later] = [commitOf(to), commitOf(current)];
  if (earlier === undefined || later === undefined)
    return {
      commands: [],
      commits: [],
      notes: [`its source is no Git repository: let the source offer ${to} again, by its tag or digest`],
    };
  const { previews, viewer, signal } = asked;
  const range = await previews?.commitsBetween({ viewer, object: ks, signal }, to, current);
  return range?.isAncestor && !range.isCut ? exactly(range) : byEnds(earlier, later, range);
}

function exactly({ commits }: CommitRange): WayBack {
  const commands = commits.map(
    ({ id, isMerge }) => `git revert --no-edit ${isMerge ? '--mainline 1 ' : ''}${id}`,
  );
  return {
    commands: [...commands, ...(commands.length > 0 ? ['git push'] : [])],
    commits: commits.map(({ id, subject }) => ({ id, subject })),
    notes:
      commits.length > 0 ? ['each commit is taken back as a whole, also what it has changed for others'] : [],
  };
}

/** Where nobody here knows the commits between, or they do not lead from the one to the other. */
function byEnds(earlier: string, later: string, range: CommitRange | undefined): WayBack {
  if (range && !range.isAncestor)
    return {
      commands: [
        `git restore --source=${earlier} --staged --worktree .`,
        `git commit --message='Go back to ${earlier.slice(0, 8)}'`,
        'git push',
      ],
      commits: [],
      notes: ['the history has been rewritten since: the files are brought back, not the commits reverted'],
    };
  return {
    commands: [`git revert --no-edit ${earlier}..${later}`, 'git push'],
    commits: [],
    notes: ['merges among these commits want "git revert --mainline 1" each'],
  };
}

/** Helm brings back the release at once; Git is what keeps it. */
async function ofRelease(asked: Asked, hr: KubeObject, to: string): Promise<WayBack> {
  const snapshot = pastOf(hr).find(({ version }) => String(version) === to);
  if (!snapshot) throw new ActionError(`its status tells of no release ${to.slice(0, 20)}`);
  const { name, namespace = '' } = hr.metadata;
  const storage = text(at(asJson(hr), 'status', 'storageNamespace')) || namespace;
  const rollback = `helm rollback ${word(text(snapshot.name))} ${word(to)} --namespace ${word(storage)}`;
  const resume = `flux resume helmrelease ${name} -n ${namespace}`;
  const chart = `${text(snapshot.chartName)} ${text(snapshot.chartVersion)}`;
  const owner = await applierOf(asked, hr);
  const before = owner && revisionAt(owner, text(snapshot.lastDeployed));
  const current = owner && text(at(asJson(owner), 'status', 'lastAppliedRevision'));
  // Where Git said the same then, it is the chart, or what values come from, that has changed.
  if (!owner || !before || before === current)
    return {
      commands: [rollback, resume],
      commits: [],
      notes: [`before it is resumed, its chart has to be ${chart} again, and its values as they were then`],
    };
  const git = await inGit(asked, owner, before, current ?? '');
  return {
    ...git,
    commands: [rollback, ...git.commands, resume],
    notes: [...git.notes, `in Git this came after release ${to} (${chart}) was made`],
  };
}

function pastOf(object: KubeObject): JsonObject[] {
  const list = at(asJson(object), 'status', 'history');
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** `main@sha1:1287a9cc…`: the commit of a revision of Git. */
function commitOf(revision: string): string | undefined {
  return /(?:^|@)sha(?:1|256):([0-9a-f]{40}(?:[0-9a-f]{24})?)$/.exec(revision)?.[1];
}

/** A status is a stranger's text: as a word of a line that somebody pastes into a shell. */
const word = (value: string) => (/^[\w.-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`);

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
