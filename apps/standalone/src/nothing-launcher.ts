import type { LauncherPort } from '@tinqs/fleet';

/** A launcher without machines: everything up to the launch is real, so hook, token and registration can be tried against a real Gitea at no cost. */
export function nothingLauncher(): LauncherPort {
  return {
    resolveAmi: async () => 'none',
    launch: async () => ({ kind: 'refused', code: 'NoLauncher', sentence: 'LAUNCHER is not set, so no machine is launched', remedy: 'set LAUNCHER=sandbox or LAUNCHER=ec2 and start again', permanent: true, tried: [] }),
    terminate: async () => undefined,
    list: async () => [],
  };
}
