import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PushCase } from './push-case.js';

/** A folder of workflow files from anywhere: each is pushed to main, to master and with a tag, in a repository of its own. */
export function givenWorkflows(folder: string | undefined): readonly PushCase[] {
  if (folder === undefined || folder === '') return [];
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => ({
      title: `given: ${name}`,
      files: { '.gitea/workflows/given.yml': readFileSync(join(folder, name), 'utf8'), '.gitea/workflows/plain.yml': 'on: push\njobs: {plain: {runs-on: go}}\n' },
      play: async ({ git, commit, push }) => {
        git('checkout', '-q', '-b', 'master');
        commit({ 'src/main.go': 'a', 'docs/a.md': 'b', 'package.json': '{}' });
        await push('master');
        git('tag', 'v1.0.0');
        await push('v1.0.0');
      },
    }));
}
