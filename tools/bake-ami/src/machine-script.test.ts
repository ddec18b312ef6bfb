import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { renderProvision, renderVerify, type ProvisionOrder } from './machine-script.js';

const order: ProvisionOrder = { run: 'r1', lifeSeconds: 60, pins: [], images: [], manifest: '', facts: [], npmRegistry: '' };
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const read = (path: string) => readFileSync(here(path), 'utf8');

describe('the scripts of machines', () => {
  it('hold no slot any more, and are bash', () => {
    for (const script of [renderProvision(order), renderVerify(order)]) {
      expect(script).not.toMatch(/@@/);
      execFileSync('bash', ['-n'], { input: script });
    }
  });

  it('carry values as base64, so that nothing of them is executed', () => {
    const script = renderProvision({ ...order, images: ['$(touch /tmp/x)'], npmRegistry: '`id`' });

    expect(script).not.toContain('touch /tmp/x');
    expect(script).not.toContain('`id`');
  });

  it.each<[string, Partial<ProvisionOrder>]>([
    ['an id that is text for a shell', { run: '$(id)' }],
    ['an id that would not be one word', { run: 'a b' }],
    ['a life that is no number of seconds', { lifeSeconds: 1.5 }],
    ['a value of two columns', { facts: [['base', 'ami-1\tx']] }],
    ['a value of two lines', { images: ['a\nb'] }],
  ])('do not take %s', (_, change) => {
    expect(() => renderProvision({ ...order, ...change })).toThrow(/expected|cannot hold/);
  });

  it('arm their timer before anything else can fail', () => {
    const at = (needle: string) => read('machine/provision.sh').indexOf(needle);

    expect(at('\narm_timer\n')).toBeGreaterThan(0);
    expect(at('\narm_timer\n')).toBeLessThan(at("begin 'packages of Debian'"));
  });

  it('look for every program that the boot script calls and Debian might not have', () => {
    const boot = read('../../../libs/userdata-renderer/src/boot.sh') + read('../../../libs/userdata-renderer/src/supervise.sh');
    const [, looked = ''] = /^for command in (.*); do$/m.exec(read('machine/verify.sh')) ?? [];
    const called = ['act_runner', 'base64', 'curl', 'docker', 'grep', 'id', 'ip', 'iptables', 'pkill', 'sed', 'setpriv', 'setsid', 'ss', 'systemctl', 'useradd', 'usermod'];

    for (const command of called) {
      expect(boot, command).toMatch(new RegExp(`(^|[^\\w-])${command}([^\\w-]|$)`, 'm'));
      expect(looked.split(' '), command).toContain(command);
    }
  });

  it.skipIf(spawnSync('shellcheck', ['--version']).status !== 0)('are clean (skipped without shellcheck: apt-get install shellcheck)', () => {
    const { status, stdout } = spawnSync('shellcheck', ['provision.sh', 'verify.sh', '../testing/enter-root.sh', '../testing/build-root.sh'], { cwd: here('machine'), encoding: 'utf8' });

    expect(status, stdout).toBe(0);
  });
});
