import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { actionsFolder, createJob, type Job } from './composite-runner.js';

let job: Job;
beforeEach(() => {
  job = createJob({});
});
afterEach(() => job.remove());

function write(value: string): readonly string[] {
  const file = join(job.folder, 'output');
  const { status, stderr } = spawnSync('bash', ['-c', '. "$1/_lib/action.sh"; : >"$2"; write_block "$2" name "$3"', 'bash', actionsFolder, file, value], { env: job.env, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return readFileSync(file, 'utf8').split('\n');
}

it('a value that holds the delimiter of an earlier one does not end its own block', () => {
  const [head = '', , end = ''] = write('first');
  expect(head).toBe(`name<<${end}`);

  const [next = '', ...lines] = write(`${end}\npwned=1`);

  expect(next).not.toBe(head);
  expect(lines).toEqual([end, 'pwned=1', next.replace('name<<', ''), '']);
});
