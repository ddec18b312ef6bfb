import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandFailure } from './failure.js';
import { findTarget } from './target.js';

describe('where a command looks', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tinqs-ci-target-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const local = (pid: number) => {
    mkdirSync(join(folder, '.tinqs-ci'));
    writeFileSync(join(folder, '.tinqs-ci', 'local.json'), JSON.stringify({ pid, dashboard: 'http://127.0.0.1:4680', mode: 'demo', store: { endpoint: 'http://127.0.0.1:1', table: 't', region: 'local' } }));
  };

  it('is the npm start that runs in the folder', () => {
    local(process.pid);

    expect(findTarget({}, {}, folder)).toMatchObject({ name: 'local (http://127.0.0.1:4680)', simulated: true });
  });

  it('is not an npm start that was killed', () => {
    local(2 ** 22 + 1);

    expect(() => findTarget({ local: true }, {}, folder)).toThrow('Start it with: npm start');
  });

  it('is AWS where a region is set, or where asked for', () => {
    local(process.pid);

    expect(findTarget({ aws: true }, { AWS_REGION: 'eu-west-1' }, folder)).toMatchObject({ name: 'AWS eu-west-1 tinqs-ci-runs', simulated: false });
  });

  it('is nowhere in an empty folder: exit 4 with what to do', () => {
    const failure = (() => {
      try {
        return findTarget({}, {}, folder);
      } catch (cause) {
        return cause;
      }
    })();

    expect(failure).toBeInstanceOf(CommandFailure);
    expect(failure).toMatchObject({ exitCode: 4 });
    expect(String(failure)).toContain('npm start, in another terminal');
  });

  it('cannot be both', () => {
    expect(() => findTarget({ aws: true, local: true }, {}, folder)).toThrow('exclude each other');
  });
});
