import { foresee, type Simulation } from '../world/simulation.js';

const HOUR = 3_600_000;

/** Drops what has been over for long, so that a world that runs for weeks stays small. */
export function forget(simulation: Simulation): void {
  const { gitea, ec2, ledger, now, retainMs } = simulation.state;
  const limit = now - retainMs;
  for (const run of gitea.runs.values()) {
    if (run.createdAt >= limit || gitea.repositories.get(run.repositoryId)?.openRuns.includes(run.id)) continue;
    gitea.runs.delete(run.id);
  }
  for (const job of gitea.jobs.values()) if (job.state === 'done' && !gitea.runs.has(job.runId)) gitea.jobs.delete(job.id);
  for (const machine of ec2.machines.values()) {
    if (machine.endedAt !== null && now - machine.endedAt >= Math.min(HOUR, retainMs)) ec2.machines.delete(machine.instanceId);
  }
  for (const [token, instanceId] of ec2.tokens) if (!ec2.machines.has(instanceId)) ec2.tokens.delete(token);
  drop(ledger.machines, (machine) => machine.terminatedAt !== null && machine.terminatedAt < limit);
  drop(ledger.registrations, (registration) => registration.goneAt !== null && registration.goneAt < limit);
  drop(ledger.served, (served) => served.endedAt !== null && served.endedAt < limit);
  for (const repository of gitea.repositories.values()) {
    const heads = new Set([...Object.values(repository.branches), ...Object.values(repository.tags)]);
    for (const commit of Object.values(repository.commits)) if (commit.at < limit && !heads.has(commit.sha)) delete repository.commits[commit.sha];
  }
  const kept = new Set([...gitea.repositories.values()].flatMap((repository) => Object.values(repository.commits).flatMap((commit) => Object.values(commit.files))));
  for (const blob of gitea.blobs.keys()) if (!kept.has(blob)) gitea.blobs.delete(blob);
  foresee(simulation, now + HOUR, { kind: 'forget' });
}

function drop<Item>(items: Item[], isOld: (item: Item) => boolean): void {
  const kept = items.filter((item) => !isOld(item));
  if (kept.length < items.length) items.splice(0, items.length, ...kept);
}
