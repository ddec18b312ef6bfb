import type { LauncherPort } from '@tinqs/fleet';

/** A launcher without machines: everything up to the launch is real, so hook, token and registration can be tried against a real Gitea at no cost. */
export function nothingLauncher(): LauncherPort {
  return {
    resolveAmi: async () => 'none',
    launch: async () => ({ kind: 'refused', code: 'NoLauncher', sentence: 'LAUNCHER is not set, so no machine is launched', permanent: true }),
    terminate: async () => undefined,
    list: async () => [],
  };
}
