import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const here = import.meta.dirname;
let folder;
const script = (name, text) => writeFileSync(join(folder, 'bin', name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
const versions = { aws: 'aws-cli/2.36.40 Python/3.14', bash: 'GNU bash, version 5.2.37(1)-release', curl: 'curl 8.14.1 (x86_64)', gcc: 'gcc (Alpine 14.2.0) 14.2.0', git: 'git version 2.49.1', 'git-lfs': 'git-lfs/3.6.1 (GitHub)', go: 'go version go1.26.8 linux/amd64', jq: 'jq-1.8.1', ssh: 'OpenSSH_10.0p2, OpenSSL', tar: 'tar (GNU tar) 1.35', unzip: 'UnZip 6.00 of 20 April 2009', xz: 'xz (XZ Utils) 5.8.1', zstd: '*** Zstandard CLI (64-bit) v1.5.7, by' };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'smoke-'));
  mkdirSync(join(folder, 'bin'));
  for (const tool of ['cat', 'cmp', 'cut', 'dirname', 'env', 'grep', 'gzip', 'head']) symlinkSync(['/usr/bin', '/bin'].map((bin) => join(bin, tool)).find(existsSync), join(folder, 'bin', tool));
  for (const [name, text] of Object.entries(versions)) script(name, name === 'bash' ? `[ "$1" = --version ] && echo '${text}' || exec /bin/bash "$@"` : `echo '${text}'`);
  // The libc of this machine is no concern of these tests.
  script('tinqs-manifest', `/bin/bash ${here}/manifest.sh | /bin/sed s/glibc/musl/`);
  script('id', 'echo 1001');
  script('du', 'printf "400\\t/\\n"');
  script('su', 'exec "$0-inside"');
  script('su-inside', 'exec tinqs-manifest');
  put('etc/ssl/certs/ca-certificates.crt', 'authorities');
  put('etc/tinqs-ci/manifest.json', run('manifest.sh').stdout.replace('glibc', 'musl'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(path, text) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
const run = (name, ...args) => spawnSync('/bin/bash', [`${here}/${name}`, ...args], { encoding: 'utf8', env: { PATH: join(folder, 'bin'), SMOKE_ROOT: folder } });

describe('the manifest', () => {
  it('names each tool that is here with its version', () => {
    expect(JSON.parse(run('manifest.sh').stdout).tools).toEqual({ aws: '2.36.40', bash: '5.2.37', curl: '8.14.1', gcc: '14.2.0', git: '2.49.1', 'git-lfs': '3.6.1', go: '1.26.8', jq: '1.8.1', ssh: '10.0', tar: '1.35', unzip: '6.00', xz: '5.8.1', zstd: '1.5.7' });
  });

  it.each([['does not start', 'exit 127'], ['tells no version', 'echo hello']])('is none where a tool %s', (message, text) => {
    script('jq', text);
    expect(run('manifest.sh')).toMatchObject({ status: 1, stderr: expect.stringContaining(`jq ${message}`) });
  });
});

describe('the smoke test', () => {
  it('passes an image that has what its name promises', () => {
    expect(run('smoke.sh', 'go', 'go=1.26.8')).toMatchObject({ status: 0, stderr: '' });
  });

  it.each([
    ['a tool that is missing', 'missing: zstd', () => rmSync(join(folder, 'bin/zstd'))],
    ['a tool that changed since', 'the manifest is not what is here', () => script('jq', 'echo jq-1.9')],
    ['no manifest', 'missing: ', () => rmSync(join(folder, 'etc/tinqs-ci'), { recursive: true })],
    ['tools that only root reaches', 'runner sees other tools than root', () => script('su-inside', 'echo {}')],
    ['another user', 'missing: user runner', () => script('id', 'echo 1000')],
    ['no authorities', 'missing: CA certificates', () => rmSync(join(folder, 'etc/ssl'), { recursive: true })],
    ['too many bytes', 'too large: 1200 MiB, limit 1100', () => script('du', 'printf "1200\\t/\\n"')],
    ['a size that nobody tells', 'du does not tell', () => script('du', 'exit 1')],
  ])('fails for %s', (_, message, break_) => {
    break_();
    expect(run('smoke.sh', 'go')).toMatchObject({ status: 1, stderr: expect.stringContaining(message) });
  });

  it('fails for another version than the pinned one, and for the other libc', () => {
    expect(run('smoke.sh', 'go', 'go=1.26.9')).toMatchObject({ status: 1, stderr: 'expected go 1.26.9\n' });
    script('godot', 'echo 4.6.stable.official');
    expect(run('smoke.sh', 'godot').stderr).toContain('expected glibc');
  });

  it('wants the name of an image', () => {
    expect(run('smoke.sh', 'nope').status).toBe(2);
  });
});

describe('start-dockerd', () => {
  const start = () => spawnSync('/bin/bash', [`${here}/docker/start-dockerd.sh`], { encoding: 'utf8', env: { PATH: `${folder}/bin:/usr/bin:/bin`, TMPDIR: folder, DOCKERD_TRIES: '5' } });

  it('returns when dockerd answers, and does not start a second one', () => {
    script('docker', `[ -e ${folder}/up ]`);
    script('dockerd', `echo once >>${folder}/started; /bin/touch ${folder}/up; sleep 3`);
    expect(start().status).toBe(0);
    expect(start().status).toBe(0);
    expect(spawnSync('cat', [`${folder}/started`], { encoding: 'utf8' }).stdout).toBe('once\n');
  });

  it('shows the log of a dockerd that ends', () => {
    script('docker', 'exit 1');
    script('dockerd', 'echo operation not permitted >&2; exit 1');
    expect(start()).toMatchObject({ status: 1, stderr: expect.stringMatching(/operation not permitted\ndockerd does not answer: .*privileged/) });
  });
});
