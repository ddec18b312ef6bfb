import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const workspaceRoot = fileURLToPath(new URL('../../..', import.meta.url));

/** What `nx affected -t test` would run after a change of these files. */
function affectedBy(file: string): readonly string[] {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['node_modules/nx/dist/bin/nx.js', 'show', 'projects', '--affected', `--files=${file}`, '--withTarget=test', '--json'], { cwd: workspaceRoot, encoding: 'utf8', env: { ...process.env, NX_DAEMON: 'false' } });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as string[];
}

describe('a change in one library', () => {
  it('runs that library and its dependants only', () => {
    const affected = affectedBy('libs/userdata-renderer/src/boot.sh');

    expect(affected).toEqual(expect.arrayContaining(['userdata-renderer', 'installation', 'dispatcher', 'standalone']));
    for (const other of ['workflow-parser', 'fleet', 'gitea-client', 'run-store', 'spot-launcher', 'simulator']) expect(affected).not.toContain(other);
  });

  it('of the leaves touches no other library', () => {
    // `packages` looks at who uses what is exported, everywhere.
    expect([...affectedBy('tools/publish-actions/src/index.ts')].sort()).toEqual(['packages', 'publish-actions']);
  });
});
