import { GiteaError, type GiteaClient } from '@tinqs/gitea-client';
import { describe, expect, it } from 'vitest';
import { honouringRateLimit } from './rate-limit.js';

describe('a 429', () => {
  it.each([
    ['for as long as it says', 30, 30_000],
    ['for a minute where it names no time', undefined, 60_000],
    ['for five minutes at most', 86_400, 300_000],
  ])('silences every call %s', async (_why, retryAfterSeconds, silentMs) => {
    let time = 0;
    let asked = 0;
    let limited = true;
    const version = async () => {
      asked += 1;
      if (limited) throw new GiteaError({ kind: 'rate-limited', method: 'GET', path: '/x', status: 429, sentence: 'too many requests', retryAfterSeconds });
      return '1.26.4';
    };
    const client = honouringRateLimit({ version, currentUser: version } as unknown as GiteaClient, () => time);

    await expect(client.version()).rejects.toMatchObject({ kind: 'rate-limited' });
    limited = false;
    time = silentMs - 1;
    await expect(client.currentUser()).rejects.toMatchObject({ kind: 'rate-limited' });
    expect(asked).toBe(1);
    time = silentMs;
    expect(await client.version()).toBe('1.26.4');
  });

  it('is not what another error is', async () => {
    let asked = 0;
    const client = honouringRateLimit({ version: async () => ((asked += 1), Promise.reject(new Error('500'))) } as unknown as GiteaClient, () => 0);

    await expect(client.version()).rejects.toThrow('500');
    await expect(client.version()).rejects.toThrow('500');
    expect(asked).toBe(2);
  });
});
