import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the actions bring is not on the machine of these jobs, so that they must. */
const brought = /^(go|gofmt|node|nodejs|npm|npx|corepack|pnpm|pnpx|aws|docker|podman|buildah)$/;

/** A folder for PATH: the commands of this machine but those, and these scripts. */
export function machineTools(folder: string, scripts: Readonly<Record<string, string>>): string {
  mkdirSync(folder, { recursive: true });
  for (const directory of ['/usr/bin', '/bin', '/usr/sbin', '/sbin']) {
    for (const tool of existsSync(directory) ? readdirSync(directory) : []) {
      if (!brought.test(tool) && !existsSync(join(folder, tool))) symlinkSync(join(directory, tool), join(folder, tool));
    }
  }
  for (const [name, text] of Object.entries(scripts)) writeFileSync(join(folder, name), text, { mode: 0o755 });
  return folder;
}

export interface Machine {
  readonly binary: string;
  readonly url: string;
  readonly registration: string;
  readonly folder: string;
  readonly path: string;
  readonly labels?: readonly string[];
  /** Added to the environment of the job. */
  readonly envs?: Readonly<Record<string, string>>;
  readonly minutes?: number;
}

/** Registers an ephemeral runner in a folder of its own and lets it serve one job; resolves when it has ended. */
export async function serveOneJob({ binary, url, registration, folder, path, labels = ['go'], envs = {}, minutes = 4 }: Machine): Promise<void> {
  mkdirSync(folder);
  const config = join(folder, 'config.yaml');
  const file = join(folder, '.runner');
  writeFileSync(config, JSON.stringify({ log: { level: 'info' }, runner: { file, capacity: 1, fetch_timeout: '30s', fetch_interval: '1s', envs }, cache: { enabled: false }, host: { workdir_parent: join(folder, 'work') }, container: { docker_host: '-' } }));
  const env = { PATH: path, HOME: folder, LANG: 'C.UTF-8' };
  execFileSync(binary, ['register', '--no-interactive', '--ephemeral', '--config', config, '--instance', url, '--token', registration, '--name', folder.replace(/.*\//, ''), '--labels', labels.map((label) => `${label}:host`).join(',')], { cwd: folder, env, stdio: 'pipe' });
  await new Promise<void>((resolve, reject) => {
    const child = spawn(binary, ['daemon', '--config', config], { cwd: folder, env, stdio: 'ignore', timeout: minutes * 60_000 });
    child.once('error', reject).once('exit', () => resolve());
  });
}
