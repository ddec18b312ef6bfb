import { describe, expect, it } from 'vitest';
import type { LaunchOrder, LauncherPort, RunnerClass } from '@tinqs/fleet';
import { createSecret, type RunnerCredential } from '@tinqs/gitea-client';
import { composeInstallation, type InstallationConfig, type InstallationTools } from './compose.js';
import { userDataOf, type MachineSettings } from './launcher-port.js';
import { parseRunnerClasses } from './runner-classes.js';

const CONFIG: InstallationConfig = { GITEA_URL: 'http://gitea.internal:3000/git', GITEA_TOKEN: 'x', RUNNER_SCOPE: 'repository', ALLOWED_REPOSITORIES: ['acme/*'], MAX_RUNNERS: 3, RUNNER_GIT_TOKEN: 'read-only' };
const GO: RunnerClass = parseRunnerClasses('go: { instanceTypes: [t3.small] }')[0]!;
const CREDENTIAL: RunnerCredential = { kind: 'registered', id: 41, uuid: 'u', token: createSecret('one-job'), name: 'tinqs-ci-demo-go-1', labels: ['go'] };
/** What Gitea 1.25 and 1.27 answer for a repository, as far as it matters. */
const shown = (htmlUrl: string) => ({ id: 7, full_name: 'acme/app', owner: { id: 2, login: 'acme' }, name: 'app', html_url: htmlUrl });

/** The hosts that a boot script gives git the token for, by what `composeInstallation` makes of the configuration. */
function composed(config: Partial<InstallationConfig>, answer: () => Response) {
  const asked: string[] = [];
  const lines: string[] = [];
  const clock = { now: 1_000_000 };
  let machine!: MachineSettings;
  composeInstallation(
    { ...CONFIG, ...config },
    {
      installation: 'demo',
      classes: [GO],
      launcher: (settings: MachineSettings) => ((machine = settings), {} as LauncherPort),
      fetch: async (url: unknown) => {
        asked.push(new URL(String(url)).pathname);
        return asked.at(-1)!.endsWith('/version') ? Response.json({ version: '1.25.4' }) : answer();
      },
      log: { info: () => undefined, warn: (text: string) => lines.push(text), error: () => undefined },
      now: () => clock.now,
    } as unknown as InstallationTools,
  );
  const hosts = async (repositoryId = 7) => {
    const order = { runnerClass: GO, registration: { runnerId: 41, credential: CREDENTIAL }, scope: { kind: 'instance' }, repository: { id: repositoryId, fullName: 'of/a-payload' } } as LaunchOrder;
    const script = await userDataOf(order, machine);
    const config64 = /^base64 -d >\/run\/ci\/git-config <<'B64'[^\n]*\n([^]*?)\n?B64$/m.exec(script)?.[1] ?? '';
    return [...Buffer.from(config64, 'base64').toString().matchAll(/\[credential "http:\/\/(.*)"\]/g)].map(([, host]) => host);
  };
  return { hosts, lines, clock, asked: () => asked.filter((path) => !path.endsWith('/version')) };
}

describe('git on a machine gets the token for', () => {
  it('the host in use and the one that the API answers, asked for once a minute', async () => {
    const { hosts, asked, clock } = composed({}, () => Response.json(shown('https://git.example.com/acme/app')));

    expect(await hosts()).toEqual(['gitea.internal:3000', 'git.example.com']);
    expect(await hosts(8)).toEqual(['gitea.internal:3000', 'git.example.com']);
    expect(asked()).toEqual(['/git/api/v1/repositories/7']);
    clock.now += 60_001;
    await hosts(8);
    expect(asked()).toEqual(['/git/api/v1/repositories/7', '/git/api/v1/repositories/8']);
  });

  it('the hosts of GIT_HOSTS and no other', async () => {
    const { hosts, asked } = composed({ GIT_HOSTS: ['a.example.com', 'b.example.com:8443'] }, () => Response.json(shown('https://git.example.com/acme/app')));

    expect(await hosts()).toEqual(['a.example.com', 'b.example.com:8443']);
    expect(asked()).toEqual([]);
  });

  it('the hosts known before, while Gitea does not answer, which is said', async () => {
    let up = false;
    const { hosts, lines, clock } = composed({}, () => (up ? Response.json(shown('https://git.example.com/acme/app')) : new Response('', { status: 500 })));

    expect(await hosts()).toEqual(['gitea.internal:3000']);
    up = true;
    expect(await hosts()).toHaveLength(2);
    up = false;
    clock.now += 60_001;
    expect(await hosts()).toHaveLength(2);
    expect(lines).toEqual(['the host that Gitea shows could not be read', 'the host that Gitea shows could not be read']);
  });

  it.each(['http://[::1]:3000/acme/app', 'http://my_gitea:3000/acme/app'])('no host that a boot script cannot name, which is said: %s', async (htmlUrl) => {
    const { hosts, lines } = composed({}, () => Response.json(shown(htmlUrl)));

    expect(await hosts()).toEqual(['gitea.internal:3000']);
    expect(lines).toEqual(['git on machines gets no token for this host: name another in GIT_HOSTS']);
  });

  it('none where GITEA_URL has such a host: the machine boots all the same', async () => {
    expect(await composed({ GITEA_URL: 'http://my_gitea:3000/git' }, () => Response.json(shown('http://my_gitea:3000/git/acme/app'))).hosts()).toEqual([]);
  });

  it('none without RUNNER_GIT_TOKEN, and nothing is asked', async () => {
    const { hosts, asked } = composed({ RUNNER_GIT_TOKEN: undefined }, () => Response.json(shown('https://git.example.com/acme/app')));

    expect(await hosts()).toEqual([]);
    expect(asked()).toEqual([]);
  });
});
