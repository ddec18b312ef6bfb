import type { JobPlan, WorkflowPlan } from '../gitea/job-plan.js';
import type { GiteaVersion } from '../gitea/gitea-version.js';
import { deliveryBody } from '../wire/delivery-body.js';
import { wireContext } from '../wire/wire-context.js';
import type { Delivery } from '../world/outgoing.js';
import { createSimulatedWorld, type SimulatedWorld } from '../world/world.js';

export const ROOT = 'http://127.0.0.1:3000';
const START = Date.parse('2026-11-24T08:05:00Z');

/** A world of one repository like the recorded servers', and what its hook was told. */
export interface Stand {
  readonly world: SimulatedWorld;
  readonly repository: number;
  readonly deliveries: Delivery[];
  /** Lets this much time pass. */
  pass(ms: number): void;
  /** Registers and launches a machine; it takes a job as soon as it is online. */
  machine(labels?: readonly string[], ephemeral?: boolean): { readonly runnerId: number; readonly instanceId: string };
  dispatch(workflow: WorkflowPlan | readonly JobPlan[]): number;
  /** Bodies of the deliveries, parsed; of one job only, if named. */
  told<Body = { readonly [field: string]: unknown }>(job?: string): readonly Body[];
}

let launches = 0;

export function createStand(gitea: GiteaVersion, options: { readonly declaresCancelling?: boolean } = {}): Stand {
  const world = createSimulatedWorld({ seed: 7, startedAt: START, gitea, ...options });
  world.do('addToken', { token: 'good', login: 'operator', scopes: ['all'], admin: true });
  world.do('addToken', { token: 'narrow', login: 'operator', scopes: ['read:repository'], admin: true });
  world.do('addToken', { token: 'writer', login: 'kim', scopes: ['all'], admin: false });
  const repository = world.do('createRepository', { fullName: 'acme/app', by: 'operator', files: { 'README.md': '# app\n', '.gitea/workflows/ci.yml': 'on: push\njobs: {}\n', 'dir/b.txt': 'b\n' } }).id;
  world.do('addHook', { url: 'http://127.0.0.1:1/hook', secret: 'fixture-secret', events: ['workflow_job', 'push', 'create', 'delete', 'repository'] });
  const deliveries: Delivery[] = [];
  const pass = (ms: number): void => {
    for (const outgoing of world.advanceTo(world.now + ms)) if (outgoing.kind === 'delivery') deliveries.push(outgoing);
  };
  return {
    world,
    repository,
    deliveries,
    pass,
    machine: (labels = ['go'], ephemeral = true) => {
      launches += 1;
      const name = `live-${launches}`;
      const { id } = world.do('register', { name, labels, ephemeral, repositoryId: repository, owner: null });
      const request = { clientToken: name, name, classId: 'go', pool: { instanceType: 't3.small', subnet: 'subnet-a', market: 'spot' as const }, amiId: 'ami-1', limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60 }, tags: {}, runnerId: id };
      const answer = world.do('launch', request);
      if (answer.kind !== 'launched') throw new Error(answer.code);
      return { runnerId: id, instanceId: answer.instanceId };
    },
    dispatch: (workflow) => world.do('dispatch', { repository, workflow: 'file' in workflow ? workflow : { file: 'ci.yml', jobs: workflow } }).run,
    told: <Body>(job?: string) =>
      deliveries
        .filter(({ report }) => job === undefined || (report.event === 'workflow_job' && report.job.name === job))
        .map((delivery) => JSON.parse(deliveryBody(wireContext(world, ROOT), delivery)) as Body),
  };
}
