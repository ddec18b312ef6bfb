import type { Shape } from './go-decode.js';

/** What is only decoded once the jobs are parsed: up to 1.25 after the triggers matched, since 1.26 before. */
const jobsOnly = (shape: Shape): Shape => ({ jobsOnly: shape });

const texts: Shape = { map: 'string' };
const defaults: Shape = { fields: { run: { fields: { shell: 'string', 'working-directory': 'string' } } } };
const concurrency: Shape = { textOr: { fields: { group: 'string', 'cancel-in-progress': 'string' } } };

const step: Shape = {
  fields: {
    id: 'string',
    if: 'node',
    name: 'string',
    uses: 'string',
    run: 'string',
    'working-directory': 'string',
    shell: 'string',
    env: 'node',
    with: texts,
    // Decoded twice: as a text, and as a boolean, which an expression or a quoted word is not.
    'continue-on-error': { both: ['string', jobsOnly('bool')] },
    'timeout-minutes': 'string',
  },
};

const container: Shape = {
  fields: {
    image: 'string',
    env: texts,
    ports: { list: 'string' },
    volumes: { list: 'string' },
    options: 'string',
    credentials: texts,
    cmd: { list: 'string' },
    // Fields of Gitea's own that have no name in YAML take their own, small: a workflow can trip over them.
    entrypoint: 'string',
    args: 'string',
    name: 'string',
    reuse: 'bool',
  },
};

export const jobShape: Shape = {
  fields: {
    name: 'string',
    needs: 'node',
    'runs-on': 'node',
    env: 'node',
    if: 'node',
    steps: { list: step },
    'timeout-minutes': 'string',
    'continue-on-error': 'node',
    services: { map: container },
    strategy: { fields: { 'fail-fast': 'string', 'max-parallel': 'string', matrix: 'node', failfast: 'bool', maxparallel: 'int' } },
    container: 'node',
    defaults,
    outputs: texts,
    uses: 'string',
    with: { map: 'any' },
    secrets: 'node',
    permissions: 'node',
    concurrency: jobsOnly(concurrency),
    result: 'string',
  },
};

/** Every section Gitea decodes. Others are scanned as YAML and not looked at. */
export const workflowShape: Shape = {
  fields: {
    name: 'string',
    'run-name': jobsOnly('string'),
    on: 'node',
    env: texts,
    jobs: { both: [{ map: jobShape }, 'node'] },
    defaults,
    concurrency,
    permissions: 'node',
    file: 'string',
  },
};
