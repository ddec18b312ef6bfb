import type { GiteaPort, JobFact, LauncherPort } from '@tinqs/fleet';
import type { SimulatedWorld } from '@tinqs/simulator';
import type { Deed } from './scenario.js';

/** Rows change places between two pages of a list, so that one is in neither. */
export function withShortLists(gitea: GiteaPort, leaveOut: () => boolean): GiteaPort {
  return {
    ...gitea,
    listRunners: async (scope) => (await gitea.listRunners(scope)).filter(() => !leaveOut()),
    listJobs: async () => (await gitea.listJobs()).filter(() => !leaveOut()),
  };
}

/** EC2's reads are eventually consistent: a machine of the last minutes may be shown once and then again not. */
export function withBlindSpots(launcher: LauncherPort, now: () => number, leaveOut: () => boolean): LauncherPort {
  return { ...launcher, list: async () => (await launcher.list()).filter((each) => now() - each.launchedAt > YOUNG || !leaveOut()) };
}

const YOUNG = 480_000;

/** Gitea calls a runner busy for 10 s after each report: one that is out of breath, or whose report waits, is not. */
export function withoutBreath(gitea: GiteaPort, isBreathless: () => boolean): GiteaPort {
  const seen = <Row extends { readonly busy: boolean }>(row: Row): Row => (row.busy && isBreathless() ? { ...row, busy: false } : row);
  return {
    ...gitea,
    listRunners: async (scope) => (await gitea.listRunners(scope)).map(seen),
    readRunner: async (scope, runnerId) => {
      const row = await gitea.readRunner(scope, runnerId);
      return row && seen(row);
    },
  };
}

/** On 1.27 a claim is announced before its answer is sent; when that cannot be delivered, the job is queued again without a word. */
export function claimGivenBack(world: SimulatedWorld, told: ReadonlyMap<string, JobFact>, pick: number): JobFact | undefined {
  if (!world.traits.returnsAbortedClaim) return undefined;
  const claims = [...world.gitea.registrations.values()].flatMap((row) => {
    const id = row.online && row.jobId === null && row.repositoryId !== null ? world.gitea.repositories.get(row.repositoryId)?.queue[0] : undefined;
    return id === undefined ? [] : [{ id, runnerId: row.id }];
  });
  const claimed = claims[Math.floor(pick * claims.length)];
  const fact = claimed && told.get(String(claimed.id));
  return fact && { ...fact, status: 'running', runnerId: claimed.runnerId, seenAt: world.now };
}

/** What people do, in the page or with git. */
export function perform(world: SimulatedWorld, deed: Exclude<Deed, { kind: 'claim' }>, tell: (line: string) => void): void {
  const { gitea } = world;
  switch (deed.kind) {
    case 'push':
      if (!world.gitea.repositories.has(deed.repository)) return;
      tell(`push to app-${deed.repository}: ${deed.jobs.map((job) => `${job.key} [${job.labels.join(' ')}]`).join(', ')}`);
      world.do('push', { repository: `acme/app-${deed.repository}`, files: { 'a.txt': String(deed.at) }, workflows: [{ file: deed.file, jobs: deed.jobs }] });
      return;
    case 'cancel': {
      const open = [...gitea.repositories.values()].flatMap((repository) => repository.openRuns);
      const run = open[Math.floor(deed.pick * open.length)];
      if (run === undefined) return;
      tell(`run ${run} is cancelled in the page`);
      world.do('cancelRun', { run });
      return;
    }
    case 'rerun': {
      const runs = [...gitea.runs.keys()];
      const run = runs[Math.floor(deed.pick * runs.length)];
      if (run === undefined) return;
      tell(`run ${run} is run again in the page: ${world.do('rerun', { run, what: 'all' }).kind}`);
      return;
    }
    case 'disable':
    case 'unregister': {
      const rows = [...world.gitea.registrations.keys()];
      const runnerId = rows[Math.floor(deed.pick * rows.length)];
      if (runnerId === undefined) return;
      tell(`runner ${runnerId}: ${deed.kind} in the page`);
      if (deed.kind === 'disable') world.do('disableRunner', { runnerId, disabled: true });
      else world.do('unregister', { runnerId });
      return;
    }
    case 'delete':
      if (!world.gitea.repositories.has(deed.repository)) return;
      tell(`app-${deed.repository} is deleted`);
      world.do('deleteRepository', { repository: deed.repository });
      return;
    case 'break':
      tell(`the next machine: ${deed.fault.kind}`);
      world.do('breakMachines', { fault: deed.fault, count: 1 });
      return;
    case 'upgrade':
      tell(`Gitea is now ${deed.to}`);
      world.do('upgradeGitea', { to: deed.to });
  }
}
