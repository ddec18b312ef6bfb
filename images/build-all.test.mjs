import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expand } from './versions.mjs';

const order = ['base', 'glibc', 'go', 'node', 'deploy', 'docker', 'godot'];
let folder;
let images;

const git = (...args) => execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: folder, encoding: 'utf8' }).trim();

/** Docker and aws that note their arguments; a build writes its digest where it is told. */
const docker = (log) => `#!/bin/bash
input=
case "$1" in login) input=" < $(cat)" ;; esac
echo "docker $*$input" >>"${log}"
case "$1 $2" in
  'buildx inspect') exit 1 ;;
  'buildx imagetools') [ "$3" = inspect ] && echo sha256:of-before ;;
  'buildx build')
    while [ $# -gt 0 ]; do case "$1" in --metadata-file) file=$2 ;; --target) target=$2 ;; esac; shift; done
    echo "{\\"containerimage.digest\\":\\"sha256:of-$target\\"}" >"$file" ;;
  'run --rm') [ ! -e "${log}.fail" ] || exit 1 ;;
esac
exit 0
`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'build-all-'));
  images = join(folder, 'images');
  cpSync(import.meta.dirname, images, { recursive: true, filter: (path) => !/test-results|node_modules/.test(path) });
  mkdirSync(join(folder, 'bin'));
  for (const [name, text] of [['docker', docker(join(folder, 'log'))], ['aws', `#!/bin/bash\necho "aws $*" >>"${join(folder, 'log')}"\necho password-of-ecr\n`]]) {
    writeFileSync(join(folder, 'bin', name), text);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
  writeFileSync(join(folder, '.gitignore'), 'bin\nlog*\n');
  git('init', '-q', '-b', 'main');
  commit();
});
afterEach(() => rmSync(folder, { recursive: true }));

function commit() {
  git('add', '-A');
  git('commit', '-qm', 'change');
}

function pinAll() {
  const versions = JSON.parse(readFileSync(join(images, 'versions.json'), 'utf8'));
  for (const base of Object.values(versions.bases)) base.digest = `sha256:${'ab'.repeat(32)}`;
  for (const [name, tool] of Object.entries(versions.tools)) {
    tool.version ??= `${tool.series}.1`;
    const kind = tool.list.kind === 'npm' || tool.list.kind === 'sha512' ? 'sha512' : 'sha256';
    for (const arch of Object.keys(tool.files)) tool.files[arch] = { url: expand(tool.url, tool, arch), [kind]: 'cd'.repeat(kind === 'sha512' ? 64 : 32) };
    if (name === 'go') tool.files.arm64.sha256 = 'ef'.repeat(32);
  }
  writeFileSync(join(images, 'versions.json'), JSON.stringify(versions));
  commit();
}

const build = (...args) => buildWith({}, ...args);
const buildWith = (env, ...args) => spawnSync('bash', [join(images, 'build-all.sh'), ...args], { encoding: 'utf8', env: { PATH: `${folder}/bin:${process.env.PATH}`, ...env } });
const calls = () => (existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8').trim().split('\n') : []);
const kinds = (lines) => lines.map((line) => /login|buildx (build|create|inspect|imagetools \w+)|docker run|aws ecr/.exec(line)?.[0]);

describe('--dry-run', () => {
  it('prints builds in the order of their needs, each with its smoke test, and moves tags last; it calls nothing', () => {
    const { stdout, status } = build('v1', '--dry-run', '--registry', 'example.org');
    const lines = stdout.split('\n').filter(Boolean);
    expect(status).toBe(0);
    expect(kinds(lines)).toEqual(['aws ecr', ...order.flatMap(() => ['buildx build', 'docker run', 'docker run']), ...order.map(() => 'buildx imagetools create')]);
    expect(lines.filter((line) => line.includes('buildx build')).map((line) => /--target (\w+)/.exec(line)[1])).toEqual(order);
    expect(lines.filter((line) => line.includes('docker run')).map((line) => /--platform (\S+) .*\/smoke\.sh (\w+)/.exec(line).slice(1))).toEqual(order.flatMap((image) => [['linux/amd64', image], ['linux/arm64', image]]));
    expect(calls()).toEqual([]);
  });

  it('says what is not pinned in place of a value', () => {
    expect(build('v1', '--dry-run', '--only', 'go').stdout).toContain('GO_SHA256_ARM64=\\<not\\ pinned:\\ npx\\ nx\\ run\\ images:pin\\>');
  });

  it('names the npm registry of the environment, where there is one, to the image that asks it', () => {
    const node = (env) => buildWith(env, 'v1', '--dry-run', '--only', 'node').stdout;
    expect(node({})).not.toContain('NPM_CONFIG_REGISTRY');
    expect(node({ NPM_CONFIG_REGISTRY: 'https://npm.example.org' })).toContain('--build-arg NPM_CONFIG_REGISTRY=https://npm.example.org ');
    expect(buildWith({ NPM_CONFIG_REGISTRY: 'https://npm.example.org' }, 'v1', '--dry-run', '--only', 'go').stdout).not.toContain('NPM_CONFIG_REGISTRY');
  });
});

describe('a build', () => {
  it('that is not pinned stops before anything is asked or pushed', () => {
    const { status, stderr } = build('v1', '--registry', 'example.org');
    expect({ status, calls: calls() }).toEqual({ status: 1, calls: [] });
    expect(stderr).toContain('npx nx run images:pin');
  });

  it('of changed files is refused: the tags name a commit', () => {
    pinAll();
    writeFileSync(join(images, 'base/Dockerfile'), '');
    const { status, stderr } = build('v1', '--registry', 'example.org');
    expect({ status, calls: calls() }).toEqual({ status: 1, calls: [] });
    expect(stderr).toContain('commit first');
  });

  it('logs in with the password on standard input, makes a builder for several platforms, and starts derived images from digests', () => {
    pinAll();
    const { status, stdout, stderr } = build('v1', '--registry', 'example.org');
    expect(status, stderr).toBe(0);
    expect(stdout).not.toContain('password-of-ecr');
    expect(kinds(calls())).toEqual(['aws ecr', 'login', 'buildx inspect', 'buildx create', ...order.flatMap(() => ['buildx build', 'docker run', 'docker run']), ...order.map(() => 'buildx imagetools create')]);
    expect(calls()[1]).toBe('docker login --username AWS --password-stdin example.org < password-of-ecr');
    const built = (image) => calls().find((line) => line.includes(`--target ${image} `));
    for (const image of ['go', 'node', 'deploy']) expect(built(image)).toContain('BASE_IMAGE=example.org/tinqs-ci/base@sha256:of-base');
    expect(built('godot')).toContain('GLIBC_IMAGE=example.org/tinqs-ci/base@sha256:of-glibc');
    expect(built('base')).toContain(`ALPINE_IMAGE=docker.io/library/alpine:3.22@sha256:${'ab'.repeat(32)}`);
    expect(built('godot')).toContain('--platform linux/amd64,linux/arm64');
    for (const label of ['title=tinqs-ci/go', 'description=`base` with Go', `revision=${git('rev-parse', 'HEAD')}`, 'version=v1-', 'created=2']) expect(built('go')).toContain(`--label org.opencontainers.image.${label}`);
  });

  it('smokes what it has pushed, by digest and with the versions that are pinned, and moves the tag to the same digest', () => {
    pinAll();
    build('v1', '--registry', 'example.org', '--only', 'base,go,glibc', '--platform', 'linux/amd64');
    expect(calls().filter((line) => line.startsWith('docker run')).map((line) => line.split(' ').slice(-3).join(' '))).toEqual([
      'example.org/tinqs-ci/base@sha256:of-base /smoke.sh base', 'example.org/tinqs-ci/base@sha256:of-glibc /smoke.sh glibc', '/smoke.sh go go=1.26.1',
    ].map((line) => expect.stringContaining(line)));
    expect(calls().slice(-3)).toEqual([
      'docker buildx imagetools create --tag example.org/tinqs-ci/base:v1 example.org/tinqs-ci/base@sha256:of-base',
      'docker buildx imagetools create --tag example.org/tinqs-ci/go:v1 example.org/tinqs-ci/go@sha256:of-go',
      'docker buildx imagetools create --tag example.org/tinqs-ci/base:v1-glibc example.org/tinqs-ci/base@sha256:of-glibc',
    ]);
  });

  it('of one image starts from what the version stands at', () => {
    pinAll();
    build('v1', '--registry', 'example.org', '--only', 'go');
    expect(calls()).toContain('docker buildx imagetools inspect example.org/tinqs-ci/base:v1 --format {{.Manifest.Digest}}');
    expect(calls().find((line) => line.includes('--target go '))).toContain('base@sha256:of-before');
  });

  it('whose versions cannot be told is not smoked without them, and moves no tag', () => {
    pinAll();
    const script = readFileSync(join(images, 'build-args.mjs'), 'utf8');
    writeFileSync(join(images, 'build-args.mjs'), `if (process.argv[3] === '--versions') process.exit(3);\n${script}`);
    commit();
    expect(build('v1', '--registry', 'example.org').status).toBe(3);
    expect(calls().filter((line) => /docker run|imagetools create/.test(line))).toEqual([]);
  });

  it('whose smoke test fails moves no tag', () => {
    pinAll();
    writeFileSync(join(folder, 'log.fail'), '');
    expect(build('v1', '--registry', 'example.org').status).toBe(1);
    expect(calls().filter((line) => line.includes('imagetools create'))).toEqual([]);
  });
});

it.each([
  ['no version', []],
  ['a version that is no major', ['v1.2', '--dry-run']],
  ['an image that is not there', ['v1', '--dry-run', '--only', 'nope']],
  ['a flag without its value', ['v1', '--only']],
  ['no registry', ['v1']],
])('refuses %s', (_, args) => expect(build(...args)).toMatchObject({ status: 2, stderr: expect.stringContaining('usage:') }));
