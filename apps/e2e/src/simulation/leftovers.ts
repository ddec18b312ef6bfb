import type { Stand } from './stand.js';

/** What is there of the one repository: rows, places, registrations, machines. */
export async function leftovers(stand: Stand) {
  const { jobs, runners } = await stand.store.loadScope('repo-1');
  return { jobs: jobs.length, runners: runners.length, places: (await stand.store.listCapHolders()).length, registrations: stand.world.gitea.registrations.size, machines: stand.alive() };
}

export const NOTHING = { jobs: 0, runners: 0, places: 0, registrations: 0, machines: 0 };
