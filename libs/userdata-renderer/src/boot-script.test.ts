import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderUserData } from './render-user-data.js';
import { exampleSettings } from './rendered-script.js';

const file = (name: string) => new URL(name, import.meta.url).pathname;
const rendered = () => renderUserData({ ...exampleSettings, gitToken: 'x', gitHosts: ['git.example.com'] });
const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0;
const hasBash = spawnSync('bash', ['--version']).status === 0;

describe('the embedded boot script', () => {
  it('is what `node generate.mjs` makes of boot.sh and supervise.sh', () => {
    expect(spawnSync(process.execPath, [file('../generate.mjs'), '--check']).status, 'stale: run node generate.mjs').toBe(0);
  });

  it('never shows its commands, reads data as code, or waits for the wall clock', () => {
    const shell = readFileSync(file('boot.sh'), 'utf8') + readFileSync(file('supervise.sh'), 'utf8');

    for (const forbidden of [/\bset -[a-z]*x/, /\beval\b/, /\bsource\b/, /^\s*\. /m, /envsubst/, /\$\(date/, /\$SECONDS|EPOCHSECONDS/]) expect(shell).not.toMatch(forbidden);
  });

  it('arms the timer before anything that can fail', () => {
    const lines = readFileSync(file('boot.sh'), 'utf8').split('\n');
    const first = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line));

    expect(first(/--on-active/)).toBeGreaterThan(0);
    expect(first(/--on-active/)).toBeLessThan(first(/\|\| fail/));
    expect(first(/sleep "\$LIFE"/)).toBeLessThan(first(/\|\| fail/));
  });

  it('installs nothing and calls no cloud command before the runner starts', () => {
    const shell = readFileSync(file('boot.sh'), 'utf8') + (readFileSync(file('supervise.sh'), 'utf8').split('start_runner\n  while alive')[0] ?? '');

    expect(shell).not.toMatch(/(^|[;&|({]|then|do)\s*(apt|apt-get|dnf|yum|apk|snap|pip3?|npm|aws|wget)\s/m);
  });
});

describe.skipIf(!hasBash)('bash reads the rendered script (apt-get install -y bash)', () => {
  it('as a script without syntax errors', () => {
    expect(spawnSync('bash', ['-n'], { input: rendered(), encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });
});

describe.skipIf(!hasShellcheck)('shellcheck has nothing to say (apt-get install -y shellcheck)', () => {
  it.each([
    ['boot.sh', () => readFileSync(file('boot.sh'), 'utf8')],
    ['supervise.sh', () => readFileSync(file('supervise.sh'), 'utf8')],
    ['the rendered script', rendered],
  ])('about %s', (_name, script) => {
    expect(spawnSync('shellcheck', ['--shell=bash', '-'], { input: script(), encoding: 'utf8' }).stdout).toBe('');
  });
});
