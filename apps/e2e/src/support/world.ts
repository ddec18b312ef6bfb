import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connectEc2, type GiteaVersion, type JobPlan, type RemoteWorld } from '@tinqs/simulator';
import { cleanEnvironment } from './npm-start.js';

export const SECRET = 'secret-of-the-tests';
export const TOKEN = 'token-of-the-tests';

export interface World {
  readonly gitea: string;
  readonly ec2: string;
  readonly remote: RemoteWorld;
  /** What `npm start` needs to serve it. */
  environment(extra?: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
  /** Tells the simulated Gitea where its one hook is. */
  hook(webhook: string): Promise<void>;
  push(jobs: readonly JobPlan[]): Promise<void>;
  end(): Promise<void>;
}

/** Starts a simulated Gitea and EC2 that outlive every `npm start`. */
export async function startWorld(options: { readonly seed: number; readonly speed: number; readonly gitea?: GiteaVersion }): Promise<World> {
  const script = fileURLToPath(new URL('./world-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@tinqs/source', '--import', import.meta.resolve('tsx'), script, String(options.seed), String(options.speed), options.gitea ?? '1.25', TOKEN], { env: cleanEnvironment(), stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  const { gitea, ec2 } = JSON.parse(line) as { gitea: string; ec2: string };
  const remote = connectEc2(ec2);
  await remote.do('createRepository', { fullName: 'acme/app', by: 'operator', private: true, files: { 'README.md': '# app\n' } });
  let pushes = 0;
  return {
    gitea,
    ec2,
    remote,
    environment: (extra = {}) => ({ GITEA_URL: gitea, GITEA_TOKEN: TOKEN, WEBHOOK_SECRET: SECRET, ALLOWED_REPOSITORIES: 'acme/*', LAUNCHER: 'simulator', SIMULATOR_URL: ec2, SWEEP_SECONDS: '5', ...extra }),
    async hook(webhook) {
      await remote.do('setHooks', { hooks: [{ url: webhook, secret: SECRET, events: ['push', 'workflow_job', 'repository', 'create', 'delete'] }] });
    },
    async push(jobs) {
      pushes += 1;
      // A workflow of its own: up to Gitea 1.25 a push cancels the jobs that an earlier one started from the same file.
      await remote.do('push', { repository: 'acme/app', files: { 'stamp.txt': `${pushes}\n` }, message: `push ${pushes}`, workflows: [{ file: `ci-${pushes}.yml`, jobs }] });
    },
    async end() {
      child.stdin!.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
