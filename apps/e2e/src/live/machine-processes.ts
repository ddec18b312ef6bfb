import { readdirSync, readFileSync } from 'node:fs';

/** Processes of this host that live in a sandboxed machine whose runner serves this Gitea, with what they run. */
export function machineProcesses(giteaUrl: string): readonly { readonly pid: number; readonly command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // A process that is gone, or a root without a runner, has no such file.
        if (!readFileSync(`/proc/${pid}/root/var/lib/ci/.runner`, 'utf8').includes(JSON.stringify(giteaUrl).slice(1, -1))) return [];
        return [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() }];
      } catch {
        return [];
      }
    });
}

/** Processes of this host that keep a sandboxed machine, by the folder it was launched in. */
export function machineHosts(stateDir: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const [, script = '', folder = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return script.endsWith('/machine/host.mjs') && folder.startsWith(stateDir);
      } catch {
        return false;
      }
    })
    .map(Number);
}
