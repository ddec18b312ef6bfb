import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { publish } from '../publish.js';
import { commitFiles, git } from '../repository.testing.js';
import { serveOneJob, type Machine } from './runner.testing.js';

const workspace = fileURLToPath(new URL('../../../..', import.meta.url));

export interface Job {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
}

/** A run's number, and its jobs. */
export interface Run {
  readonly id: number;
  readonly jobs: readonly Job[];
}

/** A Gitea with the empty repository `tinqs/ci`, and a folder for what is made here. */
export interface Stand {
  readonly url: string;
  readonly folder: string;
  /** A call of the REST API, as administrator. */
  api<Answer>(method: string, path: string, body?: object): Promise<Answer>;
}

/** Pushes what is committed here, without workflows: they use the actions, which are published then. The answer is the clone. */
export async function pushWithActions(folder: string, remote: string): Promise<string> {
  const ci = join(folder, 'ci');
  git(folder, 'clone', '-q', workspace, ci);
  git(ci, 'checkout', '-q', '-B', 'main');
  git(ci, 'remote', 'set-url', 'origin', remote);
  git(ci, 'rm', '-rq', '.gitea');
  commitFiles(ci, {});
  const outcome = await publish({ folder: ci });
  if (outcome.kind !== 'published') throw new Error(`the actions were not published: ${JSON.stringify(outcome)}`);
  return ci;
}

/**
 * A fresh machine for every job of the newest run after run `after`, until none is left. Of two quick pushes Gitea may read the first
 * one's workflows at the second one's commit: that run is then replaced by the second's, before it begins.
 */
export async function serveRun({ url, folder, api }: Stand, machine: Omit<Machine, 'url' | 'folder' | 'registration'>, after = 0): Promise<Run> {
  for (let served = 0, idle = 0; ; ) {
    const { workflow_runs: runs } = await api<{ workflow_runs: { id: number }[] }>('GET', '/repos/tinqs/ci/actions/runs');
    const id = Math.max(...runs.map((run) => run.id).filter((each) => each > after));
    const jobs = id === -Infinity ? [] : (await api<{ jobs: Job[] }>('GET', `/repos/tinqs/ci/actions/runs/${id}/jobs`)).jobs;
    if (jobs.length > 0 && jobs.every(({ status }) => status === 'completed')) return { id, jobs };
    if (!jobs.some(({ status }) => status === 'queued')) {
      if ((idle += 1) > 60) throw new Error(`no job was queued for a minute: ${jobs.map(({ name, status }) => `${name} ${status}`).join(', ') || 'there is no run'}`);
      await pause(1_000);
      continue;
    }
    idle = 0;
    const { token: registration } = await api<{ token: string }>('POST', '/repos/tinqs/ci/actions/runners/registration-token');
    await serveOneJob({ ...machine, url, registration, folder: join(folder, `runner-${after}-${(served += 1)}`) });
  }
}

export const logOf = ({ api }: Stand, { id }: Job): Promise<string> => api<string>('GET', `/repos/tinqs/ci/actions/jobs/${id}/logs`).catch(String);

/** For PATH. setup-node wants 22, which is not pinned in a clone: where this Node is another, it says that it is 22. */
export function pathWithNode22(folder: string): string {
  const path = process.env['PATH'] ?? '';
  if (process.versions.node.startsWith('22.')) return path;
  mkdirSync(join(folder, 'node'));
  writeFileSync(join(folder, 'node/node'), `#!/bin/sh\nif [ "$1" = --version ]; then echo v22.0.0; else exec '${process.execPath}' "$@"; fi\n`, { mode: 0o755 });
  return `${join(folder, 'node')}:${path}`;
}

/** How npm reaches its registry here, since a job has neither this HOME nor this environment. */
export function npmSettings(folder: string): Readonly<Record<string, string>> {
  const file = join(folder, 'npmrc');
  const here = execFileSync('npm', ['config', 'get', 'userconfig'], { encoding: 'utf8' }).trim();
  if (existsSync(here)) cpSync(here, file);
  else writeFileSync(file, '');
  const kept = Object.entries(process.env).filter(([name, value]) => /^(npm_config_(registry|cafile|proxy|https_proxy|noproxy)|NODE_EXTRA_CA_CERTS|https?_proxy|no_proxy)$/i.test(name) && value !== undefined) as [string, string][];
  return { ...Object.fromEntries(kept), NPM_CONFIG_USERCONFIG: file };
}
