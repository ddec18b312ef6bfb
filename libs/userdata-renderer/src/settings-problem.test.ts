import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderUserData } from './render-user-data.js';
import { exampleSettings } from './rendered-script.js';
import type { RunnerSettings } from './runner-settings.js';
import { findSettingsProblems, InvalidRunnerSettingsError } from './settings-problem.js';

const credential = (changes: object) => ({ credential: { ...exampleSettings.credential, ...changes } });
const limits = (changes: object) => ({ limits: { ...exampleSettings.limits, ...changes } });

const REFUSED: readonly (readonly [path: string, changes: object, reason: string])[] = [
  ['credential.id', credential({ id: '42' }), "Gitea's JSON has a string, act_runner's file needs a number"],
  ['credential.id', credential({ id: 0 }), 'no row has the id 0'],
  ['credential.uuid', credential({ uuid: '' }), 'the runner would call as nobody'],
  ['credential.token', credential({ token: '' }), 'the runner would call as nobody'],
  ['credential.name', credential({ name: 'half of a pair \ud83d' }), 'a lone surrogate would arrive as another character'],
  ['credential.labels', credential({ labels: [] }), 'a runner without labels takes only jobs without labels'],
  ['credential.labels[1]', credential({ labels: ['go', 'go:docker://evil'] }), 'a schema in a label would choose the image'],
  ['credential.labels[0]', credential({ labels: ['-x'] }), 'reads as an option'],
  ['credential.labels[0]', credential({ labels: ['a b'] }), 'no label has a space'],
  ['credential.labels[0]', credential({ labels: ['a\nb'] }), 'no label has two lines'],
  ['environment.image', { environment: { mode: 'image', image: 'node:22 --privileged' } }, 'an image is one word'],
  ['environment.image', { environment: { mode: 'image', image: '' } }, 'an image class has one'],
  ['giteaUrl', { giteaUrl: 'git.example.com' }, 'no scheme'],
  ['giteaUrl', { giteaUrl: 'ftp://git.example.com' }, 'not HTTP'],
  ['giteaUrl', { giteaUrl: 'https://user:secret@git.example.com' }, 'a password would show in every job'],
  ['giteaUrl', { giteaUrl: 'https://git.example.com/?x' }, 'paths are appended to it'],
  ['gitHosts[0]', { gitHosts: ['https://git.example.com'] }, 'a host, not an address'],
  ['gitHosts[0]', { gitHosts: ['x"]\n[core]\n\tpager = "evil'] }, "would write git's configuration"],
  ['gitToken', { gitToken: 'a\nb' }, "would write lines of git's credential"],
  ['logPath', { logPath: 'var/log/x' }, 'not absolute'],
  ['logPath', { logPath: '/var/log/../../etc/passwd' }, 'leaves its folder'],
  ['limits.bootSeconds', limits({ bootSeconds: 0 }), 'no machine boots in no time'],
  ['limits.idleSeconds', limits({ idleSeconds: 1.5 }), 'the shell counts whole seconds'],
  ['limits.jobMinutes', limits({ jobMinutes: 0.001 }), 'less than a second'],
  ['limits.jobMinutes', limits({ jobMinutes: Number.NaN }), 'not a number'],
  ['lifeSeconds', { lifeSeconds: 4199 }, 'would end jobs within their limit'],
  ['lifeSeconds', { lifeSeconds: 1e9 }, 'over a week is a mistake'],
];

describe('findSettingsProblems', () => {
  it.each(REFUSED)('refuses %s: %#', (path, changes, reason) => {
    const problems = findSettingsProblems({ ...exampleSettings, ...changes } as RunnerSettings);

    expect(problems.map((problem) => problem.path), reason).toEqual([path]);
  });

  it('accepts what real classes and servers have', () => {
    for (const changes of [{ giteaUrl: 'http://127.0.0.1:3000/git/' }, limits({ jobMinutes: 0.1 }), { environment: { mode: 'image', image: 'ghcr.io/a/b@sha256:0f' } }, { gitHosts: ['a.b:8443'], gitToken: 'x' }, { logPath: '/var/log/a.log' }]) {
      expect(findSettingsProblems({ ...exampleSettings, ...changes } as RunnerSettings)).toEqual([]);
    }
  });

  it('names every problem in one error, and no value', () => {
    const render = () => renderUserData({ ...exampleSettings, ...credential({ id: -1, labels: ['s3cret label'] }), giteaUrl: 'https://robin:s3cret@git.example.com', gitToken: 's3cret token' });

    expect(render).toThrow(InvalidRunnerSettingsError);
    expect(render).toThrow(/credential\.id must be .*credential\.labels\[0\] must be .*giteaUrl must be .*gitToken must be /);
    expect(render).not.toThrow(/s3cret/);
  });

  it('either refuses a string or lets no control character of it near the shell', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        for (const changes of [credential({ labels: [text] }), { environment: { mode: 'image', image: text } }, { gitHosts: [text] }, { gitToken: text }, { logPath: text }]) {
          const problems = findSettingsProblems({ ...exampleSettings, ...changes } as RunnerSettings);
          if (problems.length === 0) expect(text).toMatch(/^[\x21-\x7e]+$/);
        }
      }),
    );
  });
});
