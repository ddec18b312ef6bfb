import { describe, expect, it } from 'vitest';
import { createServerFacts, GiteaTooOldError, serverFactsOf } from './server-facts.js';

describe('serverFactsOf', () => {
  it.each([
    ['1.24.7', { jobsApi: false, rerunApi: false, newIdPerAttempt: false, singleShotClaim: true }, 'no jobs API'],
    ['1.25.0', { jobsApi: true, rerunApi: false, newIdPerAttempt: false, singleShotClaim: true }, 'the jobs API came'],
    ['1.26.4+gitea-1.26', { jobsApi: true, rerunApi: true, newIdPerAttempt: false, singleShotClaim: true }, 're-runs by API came'],
    ['v1.27.0', { jobsApi: true, rerunApi: true, newIdPerAttempt: true, singleShotClaim: false }, 'an id is one attempt, idle runners are woken'],
    ['2.0.0', { jobsApi: true, rerunApi: true, newIdPerAttempt: true, singleShotClaim: false }, 'newer than those tried: as the newest'],
    ['1.100.3', { jobsApi: true, rerunApi: true, newIdPerAttempt: true, singleShotClaim: false }, 'numbers, not text'],
  ])('%s: %j, %s', (version, facts) => {
    expect(serverFactsOf(version)).toEqual(facts);
  });
});

describe('createServerFacts', () => {
  it('asks at most once a minute, and again at once after a failure', async () => {
    const clock = { now: 0 };
    const answers: (string | Error)[] = [new Error('down'), '1.25.0', '1.27.0'];
    const facts = createServerFacts(
      async () => {
        const answer = answers.shift()!;
        if (answer instanceof Error) throw answer;
        return answer;
      },
      () => clock.now,
    );

    await expect(facts()).rejects.toThrow('down');
    expect(await facts()).toMatchObject({ rerunApi: false });
    clock.now = 60_000;
    expect(await facts()).toMatchObject({ rerunApi: false });
    clock.now = 60_001;
    expect(await facts()).toMatchObject({ rerunApi: true });
  });

  it.each(['1.23.9', '1.19.0', '1.9.1', '0.9.0', 'v1.22.0+dev'])('refuses Gitea %s, which has no ephemeral runners', async (version) => {
    await expect(createServerFacts(async () => version, () => 0)()).rejects.toThrow(GiteaTooOldError);
  });
});
