import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createGit, GitError } from './git.js';
import { commitFiles, temporaryRemote, type TemporaryRemote } from './repository.testing.js';

let remote: TemporaryRemote;
let elsewhere: string;

beforeEach(() => {
  remote = temporaryRemote();
  elsewhere = mkdtempSync(join(tmpdir(), 'no-repository-'));
});
afterEach(() => {
  remote.remove();
  rmSync(elsewhere, { recursive: true });
});

it('takes a no for an answer, and nothing else for a no', async () => {
  const folder = remote.clone('one');
  const commit = commitFiles(folder, { 'a.txt': 'a' });
  const git = createGit(folder);

  expect(await git.try('rev-parse', '--verify', '--quiet', 'refs/heads/nope')).toBeUndefined();
  expect(await git.try('rev-parse', '--verify', '--quiet', 'HEAD')).toBe(commit);
  await expect(git.try('merge-base', '--is-ancestor', '1'.repeat(40), 'HEAD')).rejects.toThrow(/^git merge-base failed \(128\)/);
  await expect(createGit(elsewhere, { GIT_CEILING_DIRECTORIES: elsewhere }).try('rev-parse', 'HEAD')).rejects.toThrow(GitError);
});
