import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createJob, runAction, visible, type Job } from '../test/composite-runner.js';

const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const ready = process.getuid?.() === 0 && ['docker --version', 'ip -V', 'unshare --net --mount true'].every((command) => spawnSync('sh', ['-c', command]).status === 0);

/** ECR as far as a login goes: its name and port 80 in a network of its own, and one password. */
const ecr = `import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
createServer(({ headers }, response) => {
  const known = headers.authorization === 'Basic ' + Buffer.from('AWS:password-of-ecr').toString('base64');
  response.writeHead(known ? 200 : 401, known ? {} : { 'www-authenticate': 'Basic realm="ECR"' }).end('{}');
}).listen(80, '127.0.0.1', () => writeFileSync(process.argv[2], ''));
`;
const inside = `set -e
ip link set lo up
printf '127.0.0.1 localhost ${registry}\\n' >"$PLACE/hosts"
mount --bind "$PLACE/hosts" /etc/hosts
'${process.execPath}' "$PLACE/ecr.mjs" "$PLACE/listens" &
for each in {1..100}; do [ ! -e "$PLACE/listens" ] || break; sleep 0.1; done
status=0
"$@" || status=$?
kill %1
exit "$status"
`;

describe.skipIf(!ready)('ecr-login by a real docker client, which needs no engine (Linux and root: apt-get install -y docker.io iproute2)', () => {
  let job: Job;
  beforeEach(() => {
    job = createJob({}, { AWS_REGION: 'eu-west-1' });
    writeFileSync(join(job.folder, 'ecr.mjs'), ecr);
    writeFileSync(join(job.folder, 'aws'), '#!/bin/sh\ncase "$2" in get-caller-identity) echo 123456789012 ;; *) echo "$PASSWORD" ;; esac\n', { mode: 0o755 });
    symlinkSync(spawnSync('sh', ['-c', 'command -v docker'], { encoding: 'utf8' }).stdout.trim(), join(job.folder, 'docker'));
    Object.assign(job.env, { PATH: `${job.folder}:${job.env['PATH']}`, PLACE: job.folder, RUNNER_TOOL_CACHE: join(job.folder, 'cache') });
  });
  afterEach(() => job.remove());

  it('is kept in the folder of this job, for this user only', async () => {
    job.env['PASSWORD'] = 'password-of-ecr';

    const { status, log, exported, outputs } = await runAction(job, 'setup-aws', { 'ecr-login': 'true' }, ['unshare', '--net', '--mount', 'bash', '-c', inside, 'bash']);

    expect(status, log).toBe(0);
    expect(outputs['registry']).toBe(registry);
    const config = join(exported['DOCKER_CONFIG'] ?? '', 'config.json');
    expect(config.startsWith(job.temp)).toBe(true);
    expect(JSON.parse(readFileSync(config, 'utf8'))).toMatchObject({ auths: { [registry]: { auth: Buffer.from('AWS:password-of-ecr').toString('base64') } } });
    expect(statSync(config).mode & 0o777).toBe(0o600);
    expect(existsSync(join(job.home, '.docker/config.json'))).toBe(false);
    expect(visible(log)).not.toContain('password-of-ecr');
  });

  it('with a password that ECR refuses fails, and says what docker said', async () => {
    job.env['PASSWORD'] = 'password-of-yesterday';

    const { status, log } = await runAction(job, 'setup-aws', { 'ecr-login': 'true' }, ['unshare', '--net', '--mount', 'bash', '-c', inside, 'bash']);

    expect(status).toBe(1);
    expect(log).toMatch(/401 Unauthorized[^]*::error::docker could not log in to 123456789012/);
    expect(visible(log)).not.toContain('password-of-yesterday');
  });
});
