import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What of the tests of the actions is used: their git server over HTTP, and the runner of a composite action. */
interface ActionsTests {
  readonly startGitServer: (options: { readonly root: string; readonly tokens: Readonly<Record<string, readonly string[]>> }) => Promise<{ readonly url: string; readonly seen: { readonly bytes: number }; reset(): void; close(): Promise<void> }>;
  readonly createRepositories: () => { readonly root: string; create(name: string): string; remove(): void };
  readonly commit: (work: string, files: Readonly<Record<string, string>>) => string;
  readonly createJob: (github: object) => { readonly workspace: string; remove(): void };
  readonly runAction: (job: object, action: string, inputs: Readonly<Record<string, string>>) => Promise<{ readonly status: number; readonly log: string }>;
}

/** They are part of no package: loaded by their place. */
async function actionsTests(): Promise<ActionsTests> {
  const folder = new URL('../../../actions/test/', import.meta.url);
  const modules = await Promise.all(['git-server.ts', 'repositories.ts', 'composite-runner.ts'].map((name) => import(new URL(name, folder).href) as Promise<object>));
  return Object.assign({}, ...modules) as ActionsTests;
}

export interface Fetched {
  readonly bytes: number;
  readonly ms: number;
}

export interface Monorepo {
  /** `git clone`, all of it. */
  readonly cloneAll: () => Promise<Fetched>;
  /** The action `checkout` of one folder, as a job uses it. */
  readonly checkOutFolder: () => Promise<Fetched>;
  readonly remove: () => Promise<void>;
}

const TOKEN = 'a'.repeat(40);
const FOLDERS = 24;
const COMMITS = 40;

/** Forty commits over twenty-four folders; text that does not compress, as assets do not. */
export async function createMonorepo(): Promise<Monorepo> {
  const { startGitServer, createRepositories, commit, createJob, runAction } = await actionsTests();
  const repositories = createRepositories();
  const work = repositories.create('acme/mono');
  const file = (): string => randomBytes(6_000).toString('base64');
  let head = '';
  for (let index = 0; index < COMMITS; index += 1) {
    const touched = index === 0 ? Array.from({ length: FOLDERS }, (_, folder) => folder) : [index % FOLDERS, (index * 7) % FOLDERS];
    head = commit(work, Object.fromEntries(touched.flatMap((folder) => Array.from({ length: 6 }, (_, part) => [`packages/p${folder}/part-${part}.txt`, file()]))));
  }
  const server = await startGitServer({ root: repositories.root, tokens: { 'acme/mono': [TOKEN] } });
  const measured = async (work: () => Promise<unknown>): Promise<Fetched> => {
    server.reset();
    const from = performance.now();
    await work();
    return { bytes: server.seen.bytes, ms: performance.now() - from };
  };
  return {
    async cloneAll() {
      const folder = mkdtempSync(join(tmpdir(), 'bench-clone-'));
      const header = `http.extraHeader=Authorization: Basic ${Buffer.from(`x-access-token:${TOKEN}`).toString('base64')}`;
      const fetched = await measured(() => git('-c', header, 'clone', '-q', `${server.url}/acme/mono.git`, join(folder, 'all')));
      rmSync(folder, { recursive: true });
      return fetched;
    },
    async checkOutFolder() {
      const job = createJob({ repository: 'acme/mono', ref: 'refs/heads/main', sha: head, event_name: 'push', token: TOKEN, server_url: `${server.url}/`, event: {} });
      const fetched = await measured(async () => {
        const { status, log } = await runAction(job, 'checkout', { sparse: 'packages/p3' });
        if (status !== 0) throw new Error(`expected the action checkout to end well: ${log}`);
      });
      job.remove();
      return fetched;
    },
    async remove() {
      await server.close();
      repositories.remove();
    },
  };
}

function git(...args: readonly string[]): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn('git', args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null' } });
    child.on('error', failed).on('close', (code) => (code === 0 ? done() : failed(new Error(`git ended with ${code}`))));
  });
}
