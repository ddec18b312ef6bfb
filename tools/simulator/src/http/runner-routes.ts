import type { RunnerRegistration, SimulatedRepository } from '../gitea/gitea-state.js';
import { isAt, isBusy, isOnline, type RunnerLevel } from '../gitea/registrations.js';
import { isOwner } from './authorization.js';
import { failure, pageOfList, type Answer, type Call, type RepositoryRoute, type Route } from './call.js';
import { registrationToken } from './registration-token.js';

/** The runners of one level, and what may be done with them: the same at every level. */
function runnerAnswers(level: (call: Call) => RunnerLevel): { readonly [name: string]: (call: Call) => Answer } {
  const found = (call: Call, answer: (registration: RunnerRegistration) => Answer): Answer => {
    const registration = call.world.gitea.registrations.get(Number(call.parameters['runner']));
    return registration && isAt(registration, level(call)) ? answer(registration) : failure(call, 404, 'Runner not found');
  };
  return {
    list: (call) => {
      const all = [...call.world.gitea.registrations.values()].filter((registration) => isAt(registration, level(call)));
      return { status: 200, body: { runners: pageOfList(call, all).map((registration) => runnerShape(call, registration)), total_count: all.length } };
    },
    get: (call) => found(call, (registration) => ({ status: 200, body: runnerShape(call, registration) })),
    remove: (call) =>
      found(call, (registration) => {
        call.world.do('unregister', { runnerId: registration.id });
        return { status: 204 };
      }),
    change: (call) =>
      found(call, (registration) => {
        const { disabled } = (call.body ?? {}) as { disabled?: boolean };
        if (typeof disabled === 'boolean') call.world.do('disableRunner', { runnerId: registration.id, disabled });
        return { status: 200, body: runnerShape(call, registration) };
      }),
    token: (call) => ({ status: 200, body: { token: registrationToken(call.world, level(call)) } }),
    tokenByGet: (call) => (call.context.traits.registrationTokenByGet ? { status: 200, body: { token: registrationToken(call.world, level(call)) } } : failure(call, 404, 'Runner not found')),
  };
}

function runnerShape({ world, context }: Call, registration: RunnerRegistration): object {
  return {
    id: registration.id,
    name: registration.name,
    status: isOnline(registration, world.now) ? 'online' : 'offline',
    busy: isBusy(registration, world.now),
    ...(context.traits.disabledRunners ? { disabled: registration.disabled } : {}),
    ephemeral: registration.ephemeral,
    labels: registration.labels.map((name, id) => ({ id, name, type: 'custom' })),
  };
}

function routesAt(prefix: string, scope: Route['scope'], level: (call: Call) => RunnerLevel): readonly Route[] {
  const answers = runnerAnswers(level);
  const base = `${prefix}/actions/runners`;
  return [
    { method: 'GET', pattern: base, scope, answer: answers['list']! },
    { method: 'POST', pattern: `${base}/registration-token`, scope, answer: answers['token']! },
    { method: 'GET', pattern: `${base}/registration-token`, scope, answer: answers['tokenByGet']! },
    { method: 'GET', pattern: `${base}/:runner`, scope, answer: answers['get']! },
    { method: 'DELETE', pattern: `${base}/:runner`, scope, answer: answers['remove']! },
    { method: 'PATCH', pattern: `${base}/:runner`, scope, since: '1.26', answer: answers['change']! },
  ];
}

export const RUNNER_LISTS: readonly Route[] = [
  ...routesAt('/api/v1/admin', 'admin', () => ({})),
  ...routesAt('/api/v1/orgs/:owner', 'organization', (call) => ({ owner: call.parameters['owner']! })),
  ...routesAt('/api/v1/user', 'user', (call) => ({ owner: call.actor?.login ?? '' })),
];

/** At a repository only its owner may look at its runners. */
export const RUNNER_ROUTES: readonly RepositoryRoute[] = routesAt('', 'repository', () => ({})).map((route) => ({
  ...route,
  answer: (call: Call, repository: SimulatedRepository): Answer => {
    if (!isOwner(call.actor, repository)) return failure(call, 403, 'user should be the owner of the repo');
    const inRepository = routesAt('', 'repository', () => ({ repositoryId: repository.id }));
    return inRepository.find((each) => each.method === route.method && each.pattern === route.pattern)!.answer(call);
  },
}));
