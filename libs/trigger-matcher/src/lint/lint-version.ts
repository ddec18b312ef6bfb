import type { GiteaVersion } from '@tinqs/workflow-parser';
import { judgedAs } from '@tinqs/workflow-parser';

/** 1.24 has no matcher of its own (it is judged as 1.25), but some things vanish there alone. */
export type LintVersion = '1.24' | GiteaVersion;

/** As which version a server is linted, with a note where that is an approximation. */
export function lintedAs(server: string): { version: LintVersion; note?: string } {
  if (/^v?1\.24(?!\d)/.test(server.trim())) return { version: '1.24' };
  const { gitea, note } = judgedAs(server);
  return { version: gitea, ...(note === undefined ? {} : { note }) };
}
