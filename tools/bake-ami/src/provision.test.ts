import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readMachineWord } from './console-marker.js';
import { renderProvision, renderVerify, type ProvisionOrder } from './machine-script.js';
import { createDebianRoot, rootProblem, type DebianRoot } from './testing/debian-root.js';
import { MACHINE_STAND_INS, PACKAGE_STAND_INS } from './testing/stand-ins.js';
import { startVendors, type Vendors } from './testing/vendors.js';

const workspace = fileURLToPath(new URL('../../..', import.meta.url));
const problem = rootProblem();
const standIns = Object.fromEntries(Object.entries({ ...MACHINE_STAND_INS, ...PACKAGE_STAND_INS }).map(([name, text]) => [`usr/local/sbin/${name}`, text]));
const actions = ['_lib/action.sh', '_lib/tool.sh', '_lib/versions.tsv', 'setup-go/setup-go.sh', 'setup-node/setup-node.sh'].map((path) => [`actions/${path}`, readFileSync(join(workspace, 'actions', path), 'utf8')]);
/** What a base AMI has that this host's root may have not, or that must not be there in the end. */
const before = { 'var/lib/cloud/instance/user-data.txt': 'secret', 'etc/ssh/ssh_host_rsa_key': 'key', 'etc/machine-id': `${'a'.repeat(32)}\n`, 'etc/cloud/cloud.cfg': '', 'var/lib/systemd/random-seed': 'seed' };

describe.skipIf(problem !== undefined)(`provisioning, really run in a root of its own (${problem ?? 'apt, systemd and docker are stand-ins'})`, () => {
  let vendors: Vendors;
  let root: DebianRoot;
  let order: ProvisionOrder;
  beforeAll(async () => {
    vendors = await startVendors();
  });
  afterAll(() => vendors?.close());
  beforeEach(async () => {
    root = await createDebianRoot('/', { ...standIns, ...before, ...Object.fromEntries(actions) });
    vendors.served.length = 0;
    order = { run: 'r1', lifeSeconds: 600, pins: vendors.pins, images: ['docker.io/library/node:22'], manifest: readFileSync(join(workspace, 'images/manifest.sh'), 'utf8'), facts: [['base', 'ami-1'], ['inputs', 'abc']], npmRegistry: vendors.npmRegistry };
  });
  afterEach(() => root?.close());
  const provision = async (change: Partial<ProvisionOrder> = {}) => root.boot(renderProvision({ ...order, ...change }));
  /** A machine that boots from what was made: with an id of its own, as systemd gives it. */
  const verify = async () => {
    root.run('echo 0123456789abcdef0123456789abcdef >/etc/machine-id');
    return root.boot(renderVerify({ run: 'r2', lifeSeconds: 600 }));
  };

  it('runs to its end, tells each step, and leaves tools, links and a manifest of them', async () => {
    const console = await provision();

    expect(readMachineWord(console, 'r1').kind, console).toBe('done');
    expect([...console.matchAll(/^tinqs-ci bake r1: (.*)$/gm)].map(([, step]) => step)).toEqual(['packages of Debian', 'runner 0.2.13', 'go 1.26.1', 'node 22.20.0', 'pnpm 10.34.9', 'aws-cli 2.36.40', 'godot 4.6-stable', 'image docker.io/library/node:22', 'manifest', 'sealing', expect.stringMatching(/^done after \d+ s$/)]);
    expect(root.run('cd /opt/tinqs/tools && ls -d */*/*').output.split('\n').filter(Boolean)).toEqual(['aws-cli/2.36.40', 'go/1.26.1', 'godot/4.6-stable', 'node/22.20.0', 'pnpm/10.34.9', 'runner/0.2.13'].flatMap((tool) => [`${tool}/amd64`, `${tool}/amd64.complete`]));
    expect(root.run('cd /usr/local/bin && for name in act_runner aws go gofmt godot node npm npx pnpm pnpx; do readlink $name; done').output.split('\n').filter(Boolean)).toHaveLength(10);
    const manifest = JSON.parse(root.run('cat /etc/tinqs-ci/manifest.json').output) as { tools: Record<string, string> };
    expect(manifest.tools).toMatchObject({ aws: '2.36.40', docker: '26.1.5', go: '1.26.1', godot: '4.6', node: '22.20.0', npm: '10.9.0', pnpm: '10.34.9' });
    const baked = root.run('cat /etc/tinqs-ci/baked.tsv').output.split('\n');
    expect(baked).toEqual(expect.arrayContaining(['base\tami-1', 'inputs\tabc', ...vendors.pins.map(({ tool, version, algorithm, sum }) => `tool\t${tool}\t${version}\t${algorithm}:${sum}`), `image\tdocker.io/library/node:22\tdocker.io/library/node@sha256:${'d'.repeat(64)}`, 'package\tdocker.io\t1.0-1', 'package\tdocker-cli\t1.0-1']));
    expect(root.run('grep -c "^apt-get .*install" /run/called').output.trim()).toBe('2');
  });

  it('leaves nothing of its making: no id, key, log, user data or cache', async () => {
    root.run('echo x >/root/.bash_history; mkdir /root/.docker; echo log >/var/log/syslog; echo t >/tmp/t');

    await provision();

    expect(root.run('cat /etc/machine-id /var/log/syslog; ls -A /root /tmp /var/tmp /var/lib/cloud; ls /etc/ssh/ssh_host_* /var/lib/systemd/random-seed 2>/dev/null').output.replaceAll(/^\/.*:$|\n/gm, '')).toBe('');
    expect(root.run('readlink /etc/systemd/system/apt-daily.timer; cat /etc/cloud/cloud.cfg.d/99-tinqs-ci.cfg').output).toMatch(/^\/dev\/null\ndatasource_list: \[Ec2\]/);
  });

  it('runs twice without harm: nothing is downloaded again, nothing differs', async () => {
    const tree = () => root.run('cd / && find opt/tinqs etc/tinqs-ci usr/local/bin \\( -type f -exec sha256sum {} + \\) -o \\( -type l -printf "%p %l\\n" \\) | sort').output;
    await provision();
    const first = tree();

    const console = await provision();

    expect(readMachineWord(console, 'r1').kind, console).toBe('done');
    expect(tree()).toBe(first);
    expect(vendors.served).toHaveLength(vendors.pins.length);
  });

  it('begins a tool anew that was cut short', async () => {
    root.run('mkdir -p /opt/tinqs/tools/go/1.26.1/amd64/bin && echo half >/opt/tinqs/tools/go/1.26.1/amd64/bin/go');

    expect(readMachineWord(await provision(), 'r1').kind).toBe('done');
    expect(root.run('go version').output).toBe('go version go1.26.1 linux/amd64\n');
  });

  it.each([
    ['go', 'sha256'],
    ['pnpm', 'sha512'],
    ['runner', 'sha256'],
  ])('stops at a download of %s whose sum is another one, says both, and has installed nothing of it', async (tool, algorithm) => {
    const wrong = 'b'.repeat(algorithm === 'sha256' ? 64 : 128);
    const pin = vendors.pins.find((each) => each.tool === tool)!;

    const console = await provision({ pins: order.pins.map((each) => (each.tool === tool ? { ...each, sum: wrong } : each)) });

    expect(readMachineWord(console, 'r1')).toEqual({ kind: 'failed', reason: `${tool} ${pin.version}: ${pin.url} is not what was expected: ${algorithm} is ${pin.sum}, expected ${wrong}` });
    expect(root.run(`ls /opt/tinqs/tools/${tool}/${pin.version} | grep -x 'amd64\\|amd64.complete'; command -v ${tool === 'runner' ? 'act_runner' : tool} | grep /usr/local`).output).toBe('');
    expect(root.run('ls /etc/tinqs-ci').status).not.toBe(0);
  });

  it.each<[string, (order: ProvisionOrder) => Partial<ProvisionOrder>, string, RegExp]>([
    ['a vendor does not have the file', ({ pins }) => ({ pins: pins.map((pin) => (pin.tool === 'go' ? { ...pin, url: `${pin.url}.gone` } : pin)) }), '', /^go 1\.26\.1: could not download http.*\.gone$/],
    ['an image is private', () => ({ images: ['ecr.example/private:1'] }), '', /^image ecr\.example\/private:1: could not pull ecr\.example\/private:1: the builder has no credentials/],
    ['apt fails', () => ({}), 'printf "#!/bin/sh\\necho no space left >&2\\nexit 100\\n" >/usr/local/sbin/apt-get', /^packages of Debian: exit 100 in line \d+$/],
    ['a tool does not start', () => ({ manifest: '#!/bin/bash\necho "go does not start" >&2\nexit 1\n' }), '', /^manifest: a tool does not start$/],
  ])('when %s, says so as its last word and shows its log', async (_, change, prepare, reason) => {
    if (prepare !== '') root.run(prepare);

    const console = await provision(change(order));

    expect(readMachineWord(console, 'r1')).toEqual({ kind: 'failed', reason: expect.stringMatching(reason) });
    expect(console.split('\n').length).toBeGreaterThan(3);
  });

  it('bakes what the actions look for: they find every tool without a download', async () => {
    await provision();
    const step = (script: string, env: string) => root.run(`mkdir -p /tmp/w /tmp/t && cd /tmp/w && touch /tmp/env /tmp/path /tmp/out && env -i PATH=/usr/bin:/bin HOME=/tmp GITHUB_ENV=/tmp/env GITHUB_PATH=/tmp/path GITHUB_OUTPUT=/tmp/out GITHUB_WORKSPACE=/tmp/w RUNNER_TEMP=/tmp/t ${env} bash ${script}`);

    const found = root.run("cd /actions && . _lib/action.sh && . _lib/tool.sh && ARCH=amd64 TOOLS=/none && shopt -s nullglob && for each in 'go 1.26' 'node 22' 'pnpm 10.34.9' 'aws-cli 2' 'godot 4.6-stable'; do baked $each && echo $REPLY; done");

    expect(found.output.split('\n').filter(Boolean)).toEqual(['go/1.26.1', 'node/22.20.0', 'pnpm/10.34.9', 'aws-cli/2.36.40', 'godot/4.6-stable'].map((tool) => `/opt/tinqs/tools/${tool}/amd64`));
    // A host with a Go or Node of its own in /usr/bin would be asked for another version: theirs is not this one.
    expect(step('/actions/setup-go/setup-go.sh', 'SETUP_GO_VERSION=1.26.1').output).toContain('go 1.26.1 (baked)');
    expect(step('/actions/setup-node/setup-node.sh', 'SETUP_NODE_VERSION=22.20.0 SETUP_NODE_PNPM_VERSION=10.34.9').output).toContain('node 22.20.0 (baked), pnpm 10.34.9');
  });

  describe('and then looked at from inside', () => {
    it('is what it says', async () => {
      await provision();

      const console = await verify();

      expect(readMachineWord(console, 'r2').kind, console).toBe('done');
    });

    it.each<[string, readonly string[], readonly string[]]>([
      [
        'all at once is wrong, each named',
        ['rm /opt/tinqs/tools/go/1.26.1/amd64.complete', 'printf "#!/bin/sh\necho v22.99.0\n" >"$(readlink /usr/local/bin/node)"', 'printf "#!/bin/sh\necho act_runner version v0.2.12\n" >"$(readlink /usr/local/bin/act_runner)"', 'rm /run/pulled-*', 'mkdir -p /var/lib/ci /root/.docker', 'printf "#!/bin/sh\nprintf 1.0-2\n" >/usr/local/sbin/dpkg-query'],
        ['missing: go 1.26.1', '/etc/tinqs-ci/manifest.json is not what is here', 'expected act_runner 0.2.13, it says: act_runner version v0.2.12', 'missing: image docker.io/library/node:22', 'has served before: /var/lib/ci', 'not sealed: /root/.docker', 'expected the package docker.io 1.0-1'],
      ],
      ['a tool cannot be used by a job', ['chmod 700 /opt/tinqs/tools/go'], ['/etc/tinqs-ci/manifest.json is not what is here']],
      ['a tool does not start', ['printf "#!/bin/sh\nexit 1\n" >"$(readlink /usr/local/bin/node)"'], ['node does not start']],
      ['it says nothing of itself', ['rm /etc/tinqs-ci/baked.tsv'], ['missing: /etc/tinqs-ci/baked.tsv']],
      ['the boot script would miss a command', ['rm "$(command -v setsid)"'], ['missing: setsid']],
    ])('is refused where %s', async (_, spoil, reasons) => {
      await provision();
      root.run(spoil.join('; '));

      const console = await verify();

      expect(readMachineWord(console, 'r2').kind, console).toBe('failed');
      expect(console.split('\n')).toEqual(expect.arrayContaining(reasons.map((reason) => expect.stringContaining(reason))));
    });
  });
});
