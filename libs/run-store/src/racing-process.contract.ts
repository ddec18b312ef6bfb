import { clientOf } from './embedded-table.contract.js';
import { createRunStore } from './run-store.js';
import { job, NOON, REPOSITORY } from './samples.contract.js';

/** A planner in a process of its own: node racing-process.contract.ts <endpoint> <table> <epochs>. Prints what it won. */
const [, , endpoint = '', table = '', epochs = '0'] = process.argv;
const client = clientOf(endpoint);
const store = createRunStore({ client, table });
const won: number[] = [];
const taken: string[] = [];
const versions: number[] = [];
const limits = { all: 3, perClass: 3, perScope: 3 };

while ((await store.readMeta('START')) === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
for (let epoch = 1; epoch <= Number(epochs); epoch += 1) {
  // Both make equal plans at equal times: only the attempt tells them apart.
  const outcome = await store.savePlan(REPOSITORY, { epoch, grants: [{ name: `e${epoch}`, classId: 'go', jobId: '1', grantedAt: NOON }] });
  if (outcome.kind === 'written') {
    won.push(epoch);
    if ((await store.takeCap({ names: [`e${epoch}`], classId: 'go', scope: 'repo-12', limits })).kind === 'taken') taken.push(`e${epoch}`);
  }
  const current = (await store.loadScope('repo-12')).jobs[0];
  const version = (current?.version ?? 0) + 1;
  const next = job({ version, name: String(process.pid) });
  if ((await (current === undefined ? store.createJob(next) : store.replaceJob(next))).kind === 'written') versions.push(version);
}
client.destroy();
process.stdout.write(JSON.stringify({ won, taken, versions }));
