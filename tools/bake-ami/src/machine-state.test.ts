import { describe, expect, it } from 'vitest';
import { consoleTail, readMachineWord } from './console-marker.js';
import { judgeMachine, type MachineLook } from './machine-state.js';

const line = (text: string) => `2030-01-01 [   3.1] tinqs-ci bake r1: ${text}\r\n`;

describe('the word of a machine', () => {
  it.each([
    ['nothing', 'Booting…\n', { kind: 'nothing' }],
    ['its step', `${line('packages of Debian')}Setting up git\n`, { kind: 'step', text: 'packages of Debian' }],
    ['its last step', line('go 1.26.1') + line('node 22.1.0'), { kind: 'step', text: 'node 22.1.0' }],
    ['that it is done', line('sealing') + line('done after 214 s'), { kind: 'done', seconds: 214 }],
    ['that it failed, and why', line('failed: go 1.26.1: https://x is not what was expected: sha256 is a, expected b'), { kind: 'failed', reason: 'go 1.26.1: https://x is not what was expected: sha256 is a, expected b' }],
    ['nothing where another run speaks', 'tinqs-ci bake r2: done after 1 s\n', { kind: 'nothing' }],
    ['a step where the words are not quite those', line('done after all'), { kind: 'step', text: 'done after all' }],
  ])('is %s', (_, console, word) => {
    expect(readMachineWord(console, 'r1')).toEqual(word);
  });

  it('is shown to people without the codes of a terminal, and only its end', () => {
    expect(consoleTail('\u001b[32m  OK  \u001b[0m one\r\ntwo\u0007\nthree\n\n', 2)).toBe('two\nthree');
  });
});

describe('a machine', () => {
  const look: MachineLook = { run: 'r1', state: 'running', stateReason: undefined, console: '', now: 0, deadline: 1_000 };

  it.each<[string, Partial<MachineLook>, object]>([
    ['that boots is waited for', {}, { kind: 'wait', step: 'booting' }],
    ['that EC2 does not show yet is waited for', { state: undefined }, { kind: 'wait', step: 'booting' }],
    ['at work is waited for', { console: line('sealing') }, { kind: 'wait', step: 'sealing' }],
    ['that is done is done, even at the deadline', { console: line('done after 7 s'), now: 1_000 }, { kind: 'done', seconds: 7 }],
    ['that said done and went is done', { console: line('done after 7 s'), state: 'terminated' }, { kind: 'done', seconds: 7 }],
    ['that failed has failed for its own reason, even gone', { console: line('failed: no'), state: 'terminated' }, { kind: 'failed', reason: 'no' }],
    ['that is gone without a word has failed', { state: 'terminated', stateReason: 'Server.InternalError' }, { kind: 'failed', reason: 'the machine is terminated (Server.InternalError), before its first word' }],
    ['that stops at work has failed', { state: 'stopping', console: line('go 1.26.1') }, { kind: 'failed', reason: 'the machine is stopping, last at "go 1.26.1"' }],
    ['that takes too long has failed', { now: 1_000, console: line('go 1.26.1') }, { kind: 'failed', reason: 'it took too long, last at "go 1.26.1"' }],
  ])('%s', (_, change, verdict) => {
    expect(judgeMachine({ ...look, ...change })).toEqual(verdict);
  });
});
