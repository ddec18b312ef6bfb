import { copyOf } from '../gitea/deliveries.js';
import { repositoryShape } from '../wire/repository-shape.js';
import { userShape } from '../wire/account-shape.js';
import { failure, type Answer, type Call, type Route } from './call.js';

export const GENERAL_ROUTES: readonly Route[] = [
  { method: 'GET', pattern: '/api/v1/version', scope: null, answer: ({ context }) => ({ status: 200, body: { version: context.traits.release } }) },
  {
    method: 'GET',
    pattern: '/api/v1/settings/api',
    scope: null,
    answer: () => ({ status: 200, body: { max_response_items: 50, default_paging_num: 30, default_git_trees_per_page: 1_000, default_max_blob_size: 10_485_760, default_max_response_size: 104_857_600 } }),
  },
  { method: 'GET', pattern: '/api/v1/user', scope: 'user', answer: (call) => ({ status: 200, body: { ...userShape(call.context, call.actor?.login ?? ''), is_admin: call.actor?.admin ?? false } }) },
  { method: 'GET', pattern: '/api/v1/token', scope: null, since: '1.27', answer: tokenInUse },
  {
    method: 'GET',
    pattern: '/api/v1/repositories/:id',
    scope: 'repository',
    answer: (call) => {
      const repository = call.world.gitea.repositories.get(Number(call.parameters['id']));
      return repository && (call.actor || !repository.private) ? { status: 200, body: repositoryShape(call.context, copyOf(repository)) } : failure(call, 404);
    },
  },
  {
    method: 'GET',
    pattern: '/api/v1/repos/search',
    scope: 'repository',
    answer: (call) => {
      const all = [...call.world.gitea.repositories.values()].filter((repository) => call.actor || !repository.private);
      return { status: 200, body: { ok: true, data: all.map((repository) => repositoryShape(call.context, copyOf(repository))) }, headers: { 'x-total-count': String(all.length) } };
    },
  },
];

function tokenInUse(call: Call): Answer {
  const { actor, context, world } = call;
  if (!actor) return failure(call, 401, 'token is required');
  const since = context.time(world.state.startedAt);
  return { status: 200, body: { id: 1, name: 'simulated', scopes: actor.scopes, created_at: since, last_used_at: context.time(world.now), user: userShape(context, actor.login) } };
}
