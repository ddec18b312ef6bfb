import { describe, expect, it } from 'vitest';
import { createSecretValue } from './secrets.js';

function parameter(setting: string) {
  const clock = { now: 0 };
  const store = { value: 'one\n', fails: false, reads: 0 };
  const secret = createSecretValue(setting, {
    now: () => clock.now,
    readParameter: async (name) => {
      store.reads += 1;
      if (store.fails) throw new Error(`AccessDenied for ${name}`);
      return store.value;
    },
  });
  return { clock, store, secret };
}

const MINUTES = 60_000;

describe('createSecretValue', () => {
  it('gives out a plain value as it is, and asks nobody', async () => {
    const { secret, store } = parameter('plain ssm:/x');

    expect(await secret.read()).toBe('plain ssm:/x');
    secret.forget();
    expect(store.reads).toBe(0);
  });

  it('reads ssm:/path at the first use, without the line end that editors leave', async () => {
    const { secret, store } = parameter('ssm:/tinqs-ci/token');

    expect(store.reads).toBe(0);
    expect(await secret.read()).toBe('one');
  });

  it('keeps it for five minutes, then reads it again', async () => {
    const { secret, store, clock } = parameter('ssm:/tinqs-ci/token');
    await secret.read();
    store.value = 'two';

    clock.now = 5 * MINUTES - 1;
    expect(await secret.read()).toBe('one');
    clock.now = 5 * MINUTES;
    expect(await secret.read()).toBe('two');
    expect(store.reads).toBe(2);
  });

  it('reads it again at once when Gitea has refused it', async () => {
    const { secret, store } = parameter('ssm:/tinqs-ci/token');
    await secret.read();
    store.value = 'two';

    secret.forget();

    expect(await secret.read()).toBe('two');
  });

  it('serves on with the last known value while the store does not answer, refused or not', async () => {
    const { secret, store, clock } = parameter('ssm:/tinqs-ci/token');
    await secret.read();
    store.fails = true;

    clock.now = 60 * MINUTES;
    expect(await secret.read()).toBe('one');
    secret.forget();
    expect(await secret.read()).toBe('one');
    store.fails = false;
    store.value = 'two';
    expect(await secret.read()).toBe('two');
  });

  it('fails with the name of the parameter where it was never read', async () => {
    const { secret, store } = parameter('ssm:/tinqs-ci/token');
    store.fails = true;

    await expect(secret.read()).rejects.toThrow('could not read the parameter /tinqs-ci/token');
  });
});
