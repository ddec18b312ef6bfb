import { describe, expect, it } from 'vitest';
import { exampleSettings } from './rendered-script.js';
import { configFile, runnerFile } from './runner-files.js';

describe('runnerFile', () => {
  it('adds the schema of the class to each label, so that the daemon leaves the file as it is', () => {
    const image = runnerFile({ ...exampleSettings, environment: { mode: 'image', image: 'node:22' } });

    expect(JSON.parse(runnerFile(exampleSettings)).labels).toEqual(['go:host', 'linux:host']);
    expect(JSON.parse(image).labels).toEqual(['go:docker://node:22', 'linux:docker://node:22']);
  });

  it.each([
    ['https://git.example.com/', 'https://git.example.com', 'paths are appended'],
    ['https://example.com/git/', 'https://example.com/git', 'a sub-path is kept'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000', 'plain http is carried'],
    ['HTTPS://Git.Example.com:443', 'https://git.example.com', 'one spelling'],
  ])('writes the address %s as %s', (giteaUrl, address) => {
    expect(JSON.parse(runnerFile({ ...exampleSettings, giteaUrl }))).toMatchObject({ address, ephemeral: true, id: 42 });
  });
});

describe('configFile', () => {
  const seconds = (duration: string) => Number(duration.replace(/s$/, ''));

  it.each([0.1, 1, 60, 600])('leaves the end of a job of %d minutes to the supervisor', (jobMinutes) => {
    const { runner } = JSON.parse(configFile({ ...exampleSettings, lifeSeconds: 600 + jobMinutes * 60, limits: { ...exampleSettings.limits, jobMinutes } }));

    expect(seconds(runner.timeout), 'else runner 0.2 reports nothing').toBeGreaterThan(jobMinutes * 60);
    expect(seconds(runner.shutdown_timeout), 'else runner 1.x reports a stopped job as a success').toBeGreaterThan(jobMinutes * 60);
  });

  it('lets each daemon ask once where the claim is single-shot, and often elsewhere', () => {
    const single = JSON.parse(configFile({ ...exampleSettings, singleShotClaim: true })).runner;
    const repeated = JSON.parse(configFile(exampleSettings)).runner;

    expect([single.fetch_interval, single.fetch_interval_max, single.envs]).toEqual(['60s', '60s', { GODEBUG: '' }]);
    expect([repeated.fetch_interval, repeated.fetch_interval_max, repeated.envs]).toEqual(['2s', '5s', {}]);
    expect([single.fetch_timeout, repeated.fetch_timeout]).toEqual(['30s', '30s']);
  });

  it('waits for docker in image classes only', () => {
    const image = JSON.parse(configFile({ ...exampleSettings, environment: { mode: 'image', image: 'node:22' } }));

    expect(image.container).toMatchObject({ require_docker: true, docker_host: '-', privileged: false, valid_volumes: [] });
    expect(JSON.parse(configFile(exampleSettings)).container.require_docker).toBe(false);
  });
});
