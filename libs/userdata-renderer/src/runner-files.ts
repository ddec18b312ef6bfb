import type { RunnerSettings } from './runner-settings.js';

/** `.runner`, act_runner's state file (internal/pkg/config/registration.go): `id` is a number, labels carry their schema. */
export function runnerFile({ credential, giteaUrl, environment }: RunnerSettings): string {
  const { id, uuid, name, token } = credential;
  const schema = environment.mode === 'host' ? 'host' : `docker://${environment.image}`;
  const labels = credential.labels.map((label) => `${label}:${schema}`);
  return json({ id, uuid, name, token, address: gitAddress(giteaUrl), labels, ephemeral: true });
}

/** `config.yaml`, written as JSON, which is YAML. Its keys: act_runner, internal/pkg/config/config.example.yaml. */
export function configFile({ environment, lifeSeconds, singleShotClaim }: RunnerSettings): string {
  const fetching = singleShotClaim ? { fetch_interval: '60s', fetch_interval_max: '60s' } : { fetch_interval: '2s', fetch_interval_max: '5s' };
  return json({
    // The supervisor knows by a line of level info that a job has begun.
    log: { level: 'info' },
    runner: {
      file: '/var/lib/ci/.runner',
      capacity: 1,
      // The supervisor ends a job that is over its limit, and Gitea then shows a failure at once. Where this fires first,
      // act_runner 0.2.13 reports nothing, and the job reads in progress until Gitea's zombie sweep.
      timeout: `${lifeSeconds}s`,
      // Runner 1.x reports a job that this cuts short as a success: it must never fire.
      shutdown_timeout: `${lifeSeconds}s`,
      // The server commits an assignment whose call was given up: that job then hangs.
      fetch_timeout: '30s',
      ...fetching,
      insecure: false,
      env_file: '',
      envs: singleShotClaim ? { GODEBUG: '' } : {},
    },
    cache: { enabled: false },
    host: { workdir_parent: '/home/ci/work' },
    container: {
      docker_host: '-',
      privileged: false,
      valid_volumes: [],
      force_pull: false,
      require_docker: environment.mode === 'image',
      docker_timeout: '60s',
    },
  });
}

/** What git's credential helper prints; empty where the team opted for no git token. */
export function gitCredentialFile({ gitToken }: RunnerSettings): string {
  return gitToken === undefined ? '' : `username=oauth2\npassword=${gitToken}\n`;
}

/** git asks a helper only after a 401, so public repositories stay anonymous. */
export function gitConfigFile({ gitToken, gitHosts, giteaUrl }: RunnerSettings): string {
  if (gitToken === undefined) return '';
  // Behind a plain address inside there may be one with TLS outside.
  const protocols = [...new Set([new URL(giteaUrl).protocol, 'https:'])];
  return gitHosts.flatMap((host) => protocols.map((protocol) => `${protocol}//${host}`)).map((address) => `[credential "${address}"]\n\thelper = "!f() { test \\"$1\\" = get && cat /run/ci/git-cred; }; f"\n`).join('');
}

function gitAddress(giteaUrl: string): string {
  return new URL(giteaUrl).href.replace(/\/+$/, '');
}

function json(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
