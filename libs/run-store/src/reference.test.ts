import { describe, expect, it } from 'vitest';
import { parseReference, pathOf, pointerName, runNumberOf, runPathOf } from './reference.js';

describe('what a person pastes', () => {
  it.each<readonly [string, ReturnType<typeof parseReference>, string]>([
    ['https://git.tinqs.com/tinqs/studio/actions/runs/812/jobs/0', { kind: 'path', path: '/tinqs/studio/actions/runs/812/jobs/0' }, 'the host is not compared: Gitea has several names'],
    ['http://gitea:3000/sub/Tinqs/Studio/actions/runs/812/?x=1#jobstep-1-2', { kind: 'path', path: '/sub/tinqs/studio/actions/runs/812' }, 'a sub-path, a query and a fragment'],
    ['  /a/b/actions/runs/1/jobs/2/ ', { kind: 'path', path: '/a/b/actions/runs/1/jobs/2' }, 'a path alone'],
    ['Tinqs/Studio#812', { kind: 'run', repository: 'tinqs/studio', run: '812' }, 'a run'],
    ['tinqs/studio#x', { kind: 'text', text: 'tinqs/studio#x' }, 'no number: a job may be called so'],
    ['a/b/c#1', { kind: 'text', text: 'a/b/c#1' }, 'no repository has two slashes'],
    ['build (1, 2)', { kind: 'text', text: 'build (1, 2)' }, "a matrix job's name"],
    ['4411', { kind: 'text', text: '4411' }, 'a job id'],
  ])('%s', (text, reference) => {
    expect(parseReference(text)).toEqual(reference);
  });

  it('has its run in the address, as a number up to 1.25 and as an id since', () => {
    expect(runPathOf('/a/b/actions/runs/318/jobs/2')).toBe('/a/b/actions/runs/318');
    expect(runPathOf('/a/b/actions/runs/318')).toBe('/a/b/actions/runs/318');
    expect(runPathOf('/a/b')).toBeNull();
    expect(runNumberOf('/a/b/actions/runs/318/jobs/2')).toBe('318');
    expect(runNumberOf('/a/b/actions/runs/x')).toBeNull();
  });

  it('is kept under its path, and what is no address as it is', () => {
    expect(pointerName('https://git.example/A/b/')).toBe('/a/b');
    expect(pointerName('i-0ABC')).toBe('i-0ABC');
    expect(pathOf('HTTPS://git.example')).toBe('');
  });
});
