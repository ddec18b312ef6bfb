import { setTimeout as pause } from 'node:timers/promises';
import { createGiteaClient, type GiteaClient } from '@tinqs/gitea-client';
import { startGitea, type RealGitea } from '@tinqs/real-gitea';
import { explainDecision } from '@tinqs/trigger-matcher';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/npm-start.js';
import { receiveAnnouncements, type Announcements } from './announced-rows.js';
import { caseRepository } from './case-repository.js';
import { givenWorkflows } from './given-workflows.js';
import { losesItsBatch, predictCommit, predictPush, type PredictedPush } from './predicted-rows.js';
import type { PushCase } from './push-case.js';
import { pushCases } from './push-cases.js';

/** A push that is not announced for so long is lost: it takes up to four seconds, on a busy machine many more. */
const LOST_MS = 30_000;
/** `WORKFLOWS` names a folder of more workflow files, `CASES` is an expression that picks by title. */
const { GITEA_BIN, GITEA_ROOT, WORKFLOWS, CASES } = process.env;
const isMissing = [GITEA_BIN, GITEA_ROOT].some((value) => value === undefined || value === '');
const cases = [...pushCases, ...givenWorkflows(WORKFLOWS)].filter(({ title }) => new RegExp(CASES ?? '').test(title));
const vars = { RUNNER: 'big' };

describe.skipIf(isMissing)('what a push starts, foretold for a real Gitea (skipped without GITEA_BIN and GITEA_ROOT: GITEA_BIN=… GITEA_ROOT=… npx vitest run --root apps/e2e src/live/predicted-jobs.test.ts)', () => {
  const folder = temporaryFolder();
  let gitea: RealGitea;
  let announced: Announcements;
  let client: GiteaClient;
  const repositoryOf = (index: number) => `acme/case-${index}`;
  const foretold = new Map<number, readonly PredictedPush[]>();
  const missed = new Map<number, readonly string[]>();
  /** Heads of pushes that were never told of; what was only late is judged like any other. */
  const lostOf = (index: number) => (missed.get(index) ?? []).filter((sha) => !announced.pushes(repositoryOf(index)).some(({ after }) => after === sha));

  beforeAll(async () => {
    gitea = await startGitea({ binary: GITEA_BIN!, root: GITEA_ROOT!, folder: folder.path });
    announced = await receiveAnnouncements();
    client = createGiteaClient({ url: gitea.url, token: gitea.token });
    await gitea.api('POST', '/orgs', { username: 'acme' });
    await gitea.api('POST', '/orgs/acme/actions/variables/RUNNER', { value: vars.RUNNER });
    await gitea.api('POST', '/orgs/acme/hooks', { type: 'gitea', active: true, events: ['push', 'workflow_job'], config: { url: announced.url, content_type: 'json', secret: 'not looked at' } });
    const playCase = async ([index, { files, play }]: [number, PushCase]) => {
      const name = repositoryOf(index);
      await gitea.api('POST', '/orgs/acme/repos', { name: `case-${index}`, default_branch: 'main' });
      let refs = 0;
      const clone = gitea.clone(name);
      const repository = caseRepository(clone, async (more) => {
        refs += more;
        const missing = () => refs - announced.pushes(name).length;
        await settled(() => missing() <= 0, LOST_MS).catch(() => undefined);
        // Where Gitea panics over a workflow, the hooks are not told of the push either.
        if (missing() > 0) missed.set(index, [...(missed.get(index) ?? []), clone.git('rev-parse', 'HEAD')]);
        refs = announced.pushes(name).length;
        await pause(500);
      });
      repository.git('checkout', '-q', '-B', 'main');
      repository.commit(files, 'the beginning');
      await repository.push();
      await play?.(repository);
    };
    const alone = [...cases.entries()].filter(([, { files }]) => losesItsBatch(files, gitea.version));
    await atOnce(10, [...cases.entries()].filter(([index]) => !alone.some(([each]) => each === index)), playCase);
    await atOnce(1, alone, playCase);
    for (const index of cases.keys()) foretold.set(index, await Promise.all(announced.pushes(repositoryOf(index)).map((push) => predictPush(client, push, { version: gitea.version, vars, url: `${gitea.url}/` }))));
    const rows = (index: number) => (foretold.get(index) ?? []).flatMap(({ runs }) => runs).flat().length;
    await settled(() => cases.every((_, index) => announced.countOf(repositoryOf(index)) >= rows(index)), 30_000).catch(() => undefined);
    // What was not foretold may still come.
    await settled(() => announced.quietFor() > 8_000);
  }, 900_000);
  afterAll(async () => {
    await announced?.stop();
    await gitea?.stop();
    folder.remove();
  });

  async function idOf(repository: string): Promise<number> {
    return (await gitea.api<{ id: number }>('GET', `/repos/${repository}`)).id;
  }

  async function atOnce<Item>(workers: number, items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
    const left = [...items];
    await Promise.all(
      Array.from({ length: workers }, async () => {
        for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
      }),
    );
  }

  async function settled(isTrue: () => boolean, within = 300_000): Promise<void> {
    for (let waited = 0; !isTrue(); waited += 100) {
      if (waited > within) throw new Error('Gitea has not announced everything in time');
      await pause(100);
    }
  }

  it.each(cases.map((each, index) => [each.title, index] as const))('%s', async (_, index) => {
    const repository = repositoryOf(index);
    const pushes = foretold.get(index) ?? [];
    const inOrder = (runs: readonly (readonly object[])[]) => runs.map((rows) => JSON.stringify(rows)).sort();
    const commits = [...new Set(pushes.map(({ sha }) => sha))];
    const said = commits.map((sha) => ({ sha, runs: inOrder(pushes.filter((push) => push.sha === sha).flatMap(({ runs }) => runs)) }));

    const made = commits.map((sha) => ({ sha, runs: inOrder(announced.runsOf(repository, sha)) }));

    expect(pushes.length + lostOf(index).length, 'pushes').toBeGreaterThan(0);
    if (gitea.version.startsWith('1.24') && cases[index]?.differs124 !== undefined) expect(made).not.toEqual(said);
    else expect(made, pushes.flatMap(({ decisions }) => decisions.map(explainDecision)).join('\n')).toEqual(said);
    for (const sha of lostOf(index)) {
      const { decisions, runs } = await predictCommit(client, { id: await idOf(repository) }, sha, gitea.version);
      expect(decisions.map(({ outcome }) => outcome), `${sha} was lost`).toContain('panic');
      expect(runs).toEqual([]);
    }
    expect(announced.countOf(repository), 'no row belongs to another commit').toBe(commits.flatMap((sha) => announced.runsOf(repository, sha)).flat().length);
  });
});
