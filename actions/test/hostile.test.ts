import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actionNames } from '../generate.mjs';
import { startAppServer, type AppServer } from './app-server.js';
import { createJob, readAction, runAction, type Job, type StepResult } from './composite-runner.js';

const secret = 'of-another-folder';

/** Tools that answer at once, so that nothing is downloaded for an input that is fine. */
const tools = {
  go: '#!/bin/sh\ncase "$2" in GOVERSION) echo go1.26.1 ;; *) echo /go ;; esac\n',
  node: '#!/bin/sh\necho v22.20.1\n',
  pnpm: '#!/bin/sh\necho 10.34.9\n',
  aws: '#!/bin/sh\ncase "$2" in assume*) printf "A\\tB\\tC\\n" ;; get-caller-identity) echo 123456789012 ;; *) echo password ;; esac\n',
  docker: '#!/bin/sh\ncat >/dev/null\n',
};

const values: Readonly<Record<string, string>> = {
  'commands': '$(touch pwned)`touch pwned`;touch pwned',
  'a command in an index, which arithmetic would run': 'a[$(touch pwned)]',
  'an option': '--output=pwned',
  'lines, one of them for the runner': 'x\n::set-env name=pwned::1\npwned=1\n::error::pwned',
  'a carriage return before a line for the runner': 'x\r::set-env name=pwned::1',
  'a way up': '../outside/pwned',
  'a folder behind a link': 'link/pwned',
  'a file behind a link': 'file',
  'a pattern': '*',
};

let app: AppServer;

beforeAll(async () => {
  app = await startAppServer({ 'a.txt': 'a\n' });
});
afterAll(() => app?.close());

function createTarget(action: string): Job {
  const job = createJob(action === 'checkout' ? { ...app.github } : {});
  mkdirSync(join(job.folder, 'bin'));
  for (const [name, text] of Object.entries(tools)) writeFileSync(join(job.folder, 'bin', name), text, { mode: 0o755 });
  // Whatever would be downloaded after all comes from nowhere, at once.
  const nowhere = action === 'checkout' ? {} : { http_proxy: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1', npm_config_registry: 'http://127.0.0.1:1' };
  Object.assign(job.env, nowhere, { PATH: `${job.folder}/bin:${job.env['PATH']}`, RUNNER_TOOL_CACHE: join(job.folder, 'cache'), AWS_REGION: 'eu-west-1', TINQS_RETRY_PAUSES: '' });
  mkdirSync(join(job.folder, 'outside'));
  writeFileSync(join(job.folder, 'outside/file'), `${secret}\n`);
  symlinkSync('../outside', join(job.workspace, 'link'));
  symlinkSync('../outside/file', join(job.workspace, 'file'));
  return job;
}

const given = (action: string, input: string, value: string): Record<string, string> => ({
  ...(action === 'setup-aws' ? { 'ecr-login': 'true' } : {}),
  ...(input === 'scope' ? { 'registry-url': 'https://git.example.com/npm/' } : {}),
  ...(/^role-|^web-/.test(input) ? { 'role-to-assume': 'arn:aws:iam::123456789012:role/deploy' } : {}),
  ...(/^aws-(secret|session)/.test(input) ? { 'aws-access-key-id': 'AKIAEXAMPLE', 'aws-secret-access-key': 'secret' } : {}),
  [input]: value,
});

/** Either the value is refused on one line, or it is an ordinary value: nothing of it was done. */
function expectInert(job: Job, { status, log, files, exported }: StepResult): void {
  expect([0, 1, 2], log).toContain(status);
  expect(log.match(/^::error::/gm) ?? [], log).toHaveLength(status === 0 ? 0 : 1);
  // What the runner takes for a command of its own.
  for (const line of log.split(/[\r\n]/)) expect(line).toMatch(/^(?!::)|^::add-mask::|^::(error|warning|group|endgroup)::(?!pwned)/);
  expect(Object.keys(exported)).not.toContain('pwned');
  expect(files).not.toMatch(/^pwned=/m);
  const everything = readdirSync(job.folder, { recursive: true, encoding: 'utf8' });
  expect(everything.filter((path) => /(^|\/)pwned/.test(path))).toEqual([]);
  expect(readdirSync(join(job.folder, 'outside'))).toEqual(['file']);
  expect(readFileSync(join(job.folder, 'outside/file'), 'utf8')).toBe(`${secret}\n`);
  expect(log + files).not.toContain(secret);
  expect(existsSync('pwned')).toBe(false);
}

const inputs = actionNames().flatMap((action) => Object.keys(readAction(action).inputs ?? {}).map((input) => [action, input] as const));

describe('a hostile value', () => {
  it.each(inputs)('%s: as %s does nothing', async (action, input) => {
    await Promise.all(
      Object.entries(values).map(async ([what, value]) => {
        const job = createTarget(action);
        try {
          expectInert(job, await runAction(job, action, given(action, input, value)));
        } catch (error) {
          throw new Error(`${input}: ${what}`, { cause: error });
        } finally {
          job.remove();
        }
      }),
    );
  });
});
