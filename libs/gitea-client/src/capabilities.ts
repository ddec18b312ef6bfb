import type { GiteaClient } from './client.js';
import { isGiteaError } from './errors.js';
import type { Scope } from './scope.js';
import { readServerVersion, type ServerVersion, type UnsupportedServer } from './server-version.js';

/** What can be promised. `full`: every job is found, announced or not. `events`: announced jobs only. `push`: no jobs are announced. */
export type Tier = 'full' | 'events' | 'push';

export interface MissingCapability {
  readonly code: 'token' | 'jobs-api' | 'jobs-listing' | 'rerun-api' | 'job-events';
  readonly sentence: string;
  readonly remedy: string;
}

/** What this server and this token can do. */
export interface Capabilities extends ServerVersion {
  readonly tier: Tier;
  /** The highest level at which the token may list jobs. */
  readonly jobsListing: 'instance' | 'owner' | 'repository' | 'none';
  readonly missing: readonly MissingCapability[];
}

export interface CapabilityQuestions {
  /** Organisations whose repositories are served: asked where the instance's list is not for this token. */
  readonly owners?: readonly string[];
  /** Full names of repositories that are served. */
  readonly repositories?: readonly string[];
  /** The events of the hook, if they are known. */
  readonly hookEvents?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Asks a server for its version, and for what the token may list. Older than 1.24 is refused with the reason. */
export async function detectCapabilities(
  client: Pick<GiteaClient, 'version' | 'canListJobs'>,
  { owners = [], repositories = [], hookEvents, signal }: CapabilityQuestions = {},
): Promise<Capabilities | UnsupportedServer> {
  const server = readServerVersion(await client.version(signal));
  if (server.kind === 'refused') return server;

  const missing: MissingCapability[] = [];
  const may = async (scope: Scope) => client.canListJobs(scope, signal);
  const all = async (scopes: readonly Scope[]) => {
    const answers = await Promise.all(scopes.map(may));
    return answers.length > 0 && answers.every(Boolean);
  };
  let jobsListing: Capabilities['jobsListing'] = 'none';
  if (server.jobsApi) {
    try {
      if (await may({ kind: 'instance' })) jobsListing = 'instance';
      else if (await all(owners.map((login) => ({ kind: 'owner', login })))) jobsListing = 'owner';
      else if (await all(repositories.map((fullName) => ({ kind: 'repository', repository: { fullName } })))) jobsListing = 'repository';
    } catch (error) {
      if (!isGiteaError(error, 'unauthorized')) throw error;
      missing.push({ code: 'token', sentence: `Gitea does not accept the token, or there is none: ${error.sentence}`, remedy: 'make a token for an owner or administrator, and set it' });
    }
  }

  const full = jobsListing === 'instance' || jobsListing === 'owner';
  if (!server.jobsApi) {
    missing.push({ code: 'jobs-api', sentence: `Gitea ${server.version} has no call that lists jobs: one whose webhook is lost is not found`, remedy: 'upgrade Gitea to 1.25 or newer' });
  } else if (!full && missing.length === 0) {
    const level = jobsListing === 'repository' ? 'only repository by repository' : 'not at all';
    missing.push({
      code: 'jobs-listing',
      sentence: `the token may list jobs ${level}: one of a repository that is not asked about is not found when its webhook is lost`,
      remedy: "use an administrator's token with read:admin, or an organisation owner's with read:organization",
    });
  }
  if (!server.rerunApi) {
    missing.push({ code: 'rerun-api', sentence: `Gitea ${server.version} cannot be asked to run a job again: one that an interruption ended stays failed`, remedy: 'upgrade Gitea to 1.26 or newer, or run such jobs again in the web page' });
  }
  const announced = hookEvents === undefined || hookEvents.includes('workflow_job');
  if (!announced) {
    missing.push({ code: 'job-events', sentence: 'the hook does not send workflow_job: which jobs there are has to be computed from pushes', remedy: 'make a hook with the event workflow_job' });
  }
  return { ...server, tier: !announced ? 'push' : full ? 'full' : 'events', jobsListing, missing };
}
