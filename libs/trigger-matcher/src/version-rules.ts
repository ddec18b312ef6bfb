import type { GiteaVersion } from '@tinqs/workflow-parser';
import { bracketPatternSource } from './bracket-pattern.js';
import type { GlobRules } from './glob-pattern.js';
import { globSource } from './glob-pattern.js';

/** Everything in which the matching of two Gitea versions differs; what differs in reading a file and its jobs is the parser's. */
export interface VersionRules {
  /** In the pattern language `{a,b}`, `[!a]` and `\d` mean something, and a star beside a slash may be none. */
  readonly readsGlobs: boolean;
  /** A pattern of branches, tags, paths and workflows, with its leading `!` if it has one, as a regular expression of the rest. */
  readonly filterSource: (pattern: string) => string | undefined;
  /** An entry of `types` as a regular expression. */
  readonly typeSource: (pattern: string) => string | undefined;
  /** The folders of workflows can be configured, and what belongs to one begins with its name and a slash. */
  readonly configurableFolders: boolean;
  /** A file without `workflow_dispatch` under `on` cannot be dispatched (since 1.26.3). */
  readonly dispatchNeedsTrigger: boolean;
  /** What expressions cannot see in a dispatched or scheduled run. Sources: services/actions/workflow.go, services/actions/schedule_tasks.go. */
  readonly blindSpots: Readonly<Partial<Record<'dispatch' | 'cron', 'vars' | 'github'>>>;
}

const bracketFilter = (pattern: string) => bracketPatternSource(pattern.replace(/^!/, ''));
const workflowGlob: GlobRules = { quantifiers: true, starsTakeSlash: true, openBraceVanishes: false };
const typeGlob: GlobRules = { quantifiers: false, starsTakeSlash: false, openBraceVanishes: true };

export const versionRules: Readonly<Record<GiteaVersion, VersionRules>> = {
  '1.25': {
    readsGlobs: false,
    filterSource: bracketFilter,
    typeSource: (pattern) => globSource(pattern, typeGlob),
    configurableFolders: false,
    dispatchNeedsTrigger: false,
    blindSpots: { dispatch: 'vars', cron: 'github' },
  },
  '1.26': {
    readsGlobs: false,
    filterSource: bracketFilter,
    typeSource: (pattern) => globSource(pattern, typeGlob),
    configurableFolders: true,
    dispatchNeedsTrigger: true,
    blindSpots: {},
  },
  '1.27': {
    readsGlobs: true,
    filterSource: (pattern) => globSource(pattern, workflowGlob, pattern.startsWith('!') ? 1 : 0),
    typeSource: (pattern) => globSource(pattern, { ...typeGlob, openBraceVanishes: false }),
    configurableFolders: true,
    dispatchNeedsTrigger: true,
    blindSpots: {},
  },
};
