// What is kept of a machine, all in its folder: `machine.json` before anything starts, then `host.json`, then `end.json`.
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {'itself' | 'outside' | 'spot' | 'start-failed'} EndReason
 * @typedef {{ runner?: string | undefined, loopbackPorts: number[], egressPorts: number[], diskMiB: number, hide: string[], files: Record<string, string> }} MachineSettings
 * @typedef {object} MachineRecord
 * @property {import('./metadata-service.mjs').MachineFacts} facts
 * @property {MachineSettings} settings
 * @property {string} name
 * @property {{ instanceType: string, subnet: string, market: 'spot' | 'on-demand' }} pool
 * @property {Record<string, string>} tags
 * @property {string} userDataHash
 * @property {string} launchTime ISO 8601
 * @typedef {{ pid: number, started: string }} HostProcess a pid alone may be somebody else's by now
 */

/** @param {string} folder @returns {MachineRecord} */
export function readMachine(folder) {
  return JSON.parse(readFileSync(join(folder, 'machine.json'), 'utf8'));
}

/**
 * Makes this process the machine's host, unless it has had one: a machine is started once, ever.
 * @param {string} folder
 */
export function claimMachine(folder) {
  const own = join(folder, `host.${process.pid}`);
  writeFileSync(own, JSON.stringify({ pid: process.pid, started: startOf(process.pid) }), { mode: 0o600 });
  try {
    linkSync(own, join(folder, 'host.json'));
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own);
  }
}

/** @param {string} folder @returns {{ host: HostProcess | undefined, alive: boolean }} */
export function findHost(folder) {
  const file = join(folder, 'host.json');
  if (!existsSync(file)) return { host: undefined, alive: false };
  /** @type {HostProcess} */
  const host = JSON.parse(readFileSync(file, 'utf8'));
  return { host, alive: startOf(host.pid) === host.started };
}

/** Whether somebody wanted the machine's end, be it before it had a process. @param {string} folder */
export function isToEnd(folder) {
  return existsSync(join(folder, 'terminate'));
}

/** @param {string} folder @param {EndReason} reason */
export function writeEnd(folder, reason) {
  writeWhole(join(folder, 'end.json'), JSON.stringify({ at: new Date().toISOString(), reason }));
}

/** @param {string} folder @returns {{ at: string, reason: EndReason } | undefined} */
export function readEnd(folder) {
  const file = join(folder, 'end.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Readers see the old content or the new, never a part. @param {string} file @param {string} content */
export function writeWhole(file, content) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content, { mode: 0o600 });
  renameSync(draft, file);
}

/** When a process started, in clock ticks since the kernel's boot: field 22 of proc(5)'s stat. @param {number} pid */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie is no process any more.
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}
