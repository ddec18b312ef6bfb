import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly run?: string;
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, { readonly needs?: string | readonly string[]; readonly 'runs-on': string; readonly steps: readonly Step[] }>>;
}

const workspace = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const read = (path: string): unknown => parse(readFileSync(workspace(path), 'utf8'));
const folder = '.gitea/workflows';
const stepsOf = ({ jobs }: Workflow) => Object.entries(jobs).flatMap(([job, { steps }]) => steps.map((step) => ({ job, ...step })));

describe.each(readdirSync(workspace(folder)))('%s', (file) => {
  const steps = stepsOf(read(`${folder}/${file}`) as Workflow);

  it('uses actions of this repository, and only inputs that they have', () => {
    for (const { uses, with: inputs = {} } of steps) {
      if (uses === undefined) continue;
      const [, action] = /^tinqs\/ci\/([a-z-]+)@v1(-next)?$/.exec(uses) ?? [];
      expect(action, uses).toBeDefined();
      const known = Object.keys((read(`actions/${action}/action.yml`) as { inputs: object }).inputs);
      for (const [input, value] of Object.entries(inputs)) {
        expect(known, `${uses}: ${input}`).toContain(input);
        // Not a boolean or a number: 1.20 would arrive as 1.2.
        expect(typeof value, `${uses}: ${input}`).toBe('string');
      }
    }
  });

  it('runs on labels that runners serve', () => {
    const labels = Object.keys(read('apps/dispatcher/runners.yml') as object);
    for (const { 'runs-on': label } of Object.values((read(`${folder}/${file}`) as Workflow).jobs)) expect(labels).toContain(label);
  });
});

describe('the publish workflow', () => {
  const workflow = read(`${folder}/publish-actions.yml`) as Workflow;
  const needs = (job: string): readonly string[] => [workflow.jobs[job]?.needs ?? []].flat();
  const jobOf = (command: string) => stepsOf(workflow).find(({ run }) => run?.includes(command))?.job;

  it('starts at a push to main that changes what is published', () => {
    expect(workflow.on).toEqual({ push: { branches: ['main'], paths: expect.arrayContaining(['actions/**', 'images/versions.json']) } });
  });

  it('tests, then makes the candidate, tries every action of it, and only then publishes', () => {
    expect(needs('test')).toEqual([]);
    expect([jobOf('publish-actions:candidate'), jobOf('publish-actions:publish')]).toEqual(['candidate', 'publish']);
    expect(needs('candidate')).toEqual(['test']);
    const tries = Object.keys(workflow.jobs).filter((job) => needs(job).includes('candidate'));
    expect([...needs('publish')].sort()).toEqual([...tries].sort());
    const tried = stepsOf(workflow).filter(({ job, uses }) => tries.includes(job) && uses?.endsWith('@v1-next')).map(({ uses }) => uses?.replace(/^.*\/|@.*$/g, ''));
    expect([...new Set(tried)].sort()).toEqual(readdirSync(workspace('actions')).filter((name) => existsSync(workspace(`actions/${name}/action.yml`))).sort());
  });

  it('tests, tries and publishes one commit, that of the push, and nothing that was not tried', () => {
    for (const { job, with: inputs = {} } of stepsOf(workflow).filter(({ uses }) => uses?.endsWith('/checkout@v1'))) expect(Object.keys(inputs), job).not.toContain('ref');
    expect(stepsOf(workflow).find(({ job, run }) => job === 'publish' && run?.includes('publish-actions:publish'))?.run).toBe('npx nx run publish-actions:publish -- --tried');
  });
});
