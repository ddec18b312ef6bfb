import { describe, expect, it } from 'vitest';
import { detectCapabilities, type CapabilityQuestions } from './capabilities.js';
import { createGiteaClient } from './client.js';
import { GiteaError } from './errors.js';
import type { Scope } from './scope.js';
import { recordedAnswer, replayFetch } from './testing.js';

/** A server of one version, whose token may list the jobs of these levels. */
function server(version: string, mayList: readonly string[] = ['instance'], kind: 'unauthorized' | 'server' | undefined = undefined) {
  const asked: string[] = [];
  const name = (scope: Scope) => (scope.kind === 'instance' ? 'instance' : scope.kind === 'owner' ? scope.login : 'fullName' in scope.repository ? scope.repository.fullName : String(scope.repository.id));
  return {
    asked,
    version: async () => version,
    canListJobs: async (scope: Scope) => {
      asked.push(name(scope));
      if (kind !== undefined) throw new GiteaError({ kind, method: 'GET', path: '/x', sentence: 'why' });
      return mayList.includes(name(scope));
    },
  };
}

const detect = async (client: ReturnType<typeof server>, questions?: CapabilityQuestions) => {
  const found = await detectCapabilities(client, questions);
  return found.kind === 'refused' ? found : { tier: found.tier, jobsListing: found.jobsListing, missing: found.missing.map(({ code }) => code) };
};

describe('detectCapabilities', () => {
  it.each([
    ['1.27.0', ['instance'], {}, { tier: 'full', jobsListing: 'instance', missing: [] }, 'everything'],
    ['1.28.1', ['instance'], {}, { tier: 'full', jobsListing: 'instance', missing: [] }, 'a newer server'],
    ['1.26.4', ['instance'], {}, { tier: 'full', jobsListing: 'instance', missing: [] }, 'the same'],
    ['1.25.4', ['instance'], {}, { tier: 'full', jobsListing: 'instance', missing: ['rerun-api'] }, 'no rerun by API'],
    ['1.25.4', ['acme', 'tinqs'], { owners: ['acme', 'tinqs'] }, { tier: 'full', jobsListing: 'owner', missing: ['rerun-api'] }, 'every owner'],
    ['1.26.4', ['acme'], { owners: ['acme', 'tinqs'] }, { tier: 'events', jobsListing: 'none', missing: ['jobs-listing'] }, 'one owner of two is not enough'],
    ['1.26.4', ['acme/app'], { owners: ['acme'], repositories: ['acme/app'] }, { tier: 'events', jobsListing: 'repository', missing: ['jobs-listing'] }, 'repository by repository'],
    ['1.26.4', [], {}, { tier: 'events', jobsListing: 'none', missing: ['jobs-listing'] }, 'nothing to ask about'],
    ['1.24.7', ['instance'], {}, { tier: 'events', jobsListing: 'none', missing: ['jobs-api', 'rerun-api'] }, 'no jobs API at all'],
    ['1.27.0', ['instance'], { hookEvents: ['push', 'pull_request'] }, { tier: 'push', jobsListing: 'instance', missing: ['job-events'] }, 'a hook without job events'],
    ['1.27.0', ['instance'], { hookEvents: ['workflow_job', 'push'] }, { tier: 'full', jobsListing: 'instance', missing: [] }, 'a hook with them'],
  ] as const)('of %s, listing %j, asked %j: %j (%s)', async (version, mayList, questions, expected, _why) => {
    expect(await detect(server(version, mayList), questions)).toEqual(expected);
  });

  it('asks no further than needed', async () => {
    const [full, old] = [server('1.27.0'), server('1.24.7')];
    await detect(full, { owners: ['acme'], repositories: ['acme/app'] });
    await detect(old, { owners: ['acme'] });

    expect([full.asked, old.asked]).toEqual([['instance'], []]);
  });

  it('refuses an old server with the reason and a remedy, without asking more', async () => {
    const client = server('1.23.8');

    expect(await detect(client)).toMatchObject({ kind: 'refused', code: 'too-old', sentence: expect.stringContaining('1.23.8'), remedy: expect.stringContaining('1.24') });
    expect(client.asked).toEqual([]);
  });

  it('names a token that is not accepted, instead of a missing right', async () => {
    expect(await detect(server('1.27.0', [], 'unauthorized'))).toEqual({ tier: 'events', jobsListing: 'none', missing: ['token'] });
  });

  it('does not take a broken server for a missing right', async () => {
    await expect(detect(server('1.27.0', [], 'server'))).rejects.toMatchObject({ kind: 'server' });
  });

  it('gives every missing thing a sentence and a remedy', async () => {
    const found = await detectCapabilities(server('1.24.7', []), { hookEvents: [] });

    expect(found.kind === 'supported' && found.missing.length).toBe(3);
    for (const { sentence, remedy } of found.kind === 'supported' ? found.missing : []) expect([sentence.length > 20, remedy.length > 10]).toEqual([true, true]);
  });

  it.each([
    ['1.25', { fullName: 'acme/app' }, 'events', 'a reader of 1.25 may not list'],
    ['1.27', { fullName: 'acme/app' }, 'events', 'a reader of 1.27 may, repository by repository'],
  ])('agrees with the recording of %s: %s', async (version, repository) => {
    const listing = recordedAnswer('api', version, 'jobs-repo-not-owner');
    const admin = { ...recordedAnswer('api', version, 'scope-missing'), request: { method: 'GET', path: '/api/v1/admin/actions/jobs' } };
    const { fetch } = replayFetch([recordedAnswer('api', version, 'version'), admin, listing]);
    const found = await detectCapabilities(createGiteaClient({ url: 'http://gitea.example', token: 'tok', fetch }), { repositories: [repository.fullName] });

    expect(found).toMatchObject({ tier: 'events', jobsListing: version === '1.25' ? 'none' : 'repository' });
  });
});
