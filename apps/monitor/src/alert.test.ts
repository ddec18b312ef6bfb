import type { FetchAnswer, FetchInit } from '@tinqs/gitea-client';
import { describe, expect, it } from 'vitest';
import { createAlert } from './alert.js';

const HOOK = 'https://chat.example.com/hooks/as-good-as-a-password';

function alertTo(url: string | undefined, status = 200) {
  const posts: [string, FetchInit][] = [];
  const fetch = async (address: string, init: FetchInit): Promise<FetchAnswer> => (posts.push([address, init]), { status, headers: { get: () => null }, text: async () => '' });
  return { posts, alert: createAlert({ url: async () => url, fetch }) };
}

describe('createAlert', () => {
  it('posts one sentence as chats take it', async () => {
    const { alert, posts } = alertTo(HOOK);

    await alert({ id: 'missed', sentence: '2 jobs that no webhook announced' });

    expect(posts).toMatchObject([[HOOK, { method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/json' } }]]);
    expect(JSON.parse(posts[0]![1].body!)).toEqual({ text: 'tinqs-ci: 2 jobs that no webhook announced', content: 'tinqs-ci: 2 jobs that no webhook announced' });
  });

  it('tells nobody where no address is set', async () => {
    const { alert, posts } = alertTo(undefined);

    await alert({ id: 'missed', sentence: 'x' });

    expect(posts).toEqual([]);
  });

  it.each([302, 404, 500])('says that the alarm was not taken at %i, and never the address', async (status) => {
    const error = (await alertTo(HOOK, status).alert({ id: 'missed', sentence: 'x' }).catch((cause: unknown) => cause)) as Error;

    expect(error.message).toBe(`the alarm "missed" was not taken: ALERT_WEBHOOK_URL answers ${status}`);
  });
});
