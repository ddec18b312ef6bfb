import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockStore, StoreInUseError } from './store-lock.js';

describe('the lock of a store', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tinqs-ci-lock-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is held by one at a time, and free after its release', () => {
    const lock = lockStore(folder);
    expect(() => lockStore(folder)).toThrow(StoreInUseError);

    lock.release();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
    lockStore(folder).release();
  });

  it('says who holds it and how to go on', () => {
    const lock = lockStore(folder);
    expect(() => lockStore(folder)).toThrow(`is in use by process ${process.pid}`);
    expect(() => lockStore(folder)).toThrow('npm start -- --store DIR');
    lock.release();
  });

  it('is taken over from a process that was killed', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: child.pid, startedAt: null }));
    expect(() => lockStore(folder)).toThrow(StoreInUseError);

    child.kill('SIGKILL');
    await once(child, 'exit');
    lockStore(folder).release();
  });

  it('is taken over where the id belongs to another process by now', () => {
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: process.pid, startedAt: '1' }));
    const hasProc = existsSync('/proc/self/stat');

    if (hasProc) lockStore(folder).release();
    else expect(() => lockStore(folder)).toThrow(StoreInUseError);
  });

  it.each([
    ['nothing, of a process killed while it wrote', ''],
    ['half a line', '{"pid":'],
    ['something else', '"hello"'],
  ])('is taken over where its file holds %s', (_what, text) => {
    writeFileSync(join(folder, 'lock'), text);
    lockStore(folder).release();
  });

  it('is let go of by the process that ends well', () => {
    const { status } = spawnSync(process.execPath, ['--conditions=@tinqs/source', '--import', import.meta.resolve('tsx'), '--input-type=module', '-e', `import { lockStore } from ${JSON.stringify(new URL('./store-lock.ts', import.meta.url).href)}; lockStore(${JSON.stringify(folder)}).release();`]);
    expect(status).toBe(0);
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });
});
