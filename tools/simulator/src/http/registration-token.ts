import { createHash } from 'node:crypto';
import type { RunnerLevel } from '../gitea/registrations.js';
import type { WorldView } from '../world/world-view.js';
import type { SimulatedWorld } from '../world/world.js';
import type { Answer, Call, Route } from './call.js';

/** The reusable registration token of a scope: asked again, it is the same. */
export function registrationToken(world: SimulatedWorld, { repositoryId, owner }: RunnerLevel): string {
  return createHash('sha1').update(`${world.state.startedAt}/${repositoryId ?? ''}/${owner?.toLowerCase() ?? ''}`).digest('hex');
}

function levelOf(world: SimulatedWorld & WorldView, token: string): RunnerLevel | undefined {
  const repositories = [...world.gitea.repositories.values()];
  const levels: RunnerLevel[] = [{}, ...repositories.map(({ id }) => ({ repositoryId: id })), ...[...world.gitea.accounts.values()].map(({ login }) => ({ owner: login }))];
  return levels.find((level) => registrationToken(world, level) === token);
}

/** Connect errors of Gitea are plain Go errors, so 500 and `unknown`; only the text tells. */
function unknown(message: string): Answer {
  return { status: 500, body: { code: 'unknown', message } };
}

/** The runner protocol as Connect JSON, as far as a dispatcher speaks it. 64-bit integers are strings, false and empty fields are left out. */
export const RUNNER_PROTOCOL: readonly Route[] = [
  { method: 'POST', pattern: '/api/actions/ping.v1.PingService/Ping', scope: null, answer: (call) => ({ status: 200, body: { data: `Hello, ${(call.body as { data?: string } | null)?.data ?? ''}!` } }) },
  { method: 'POST', pattern: '/api/actions/runner.v1.RunnerService/Register', scope: null, answer: register },
];

function register({ world, body }: Call): Answer {
  const asked = (body ?? {}) as { name?: string; token?: string; version?: string; labels?: string[]; agentLabels?: string[]; ephemeral?: boolean };
  if (!asked.token || !asked.name) return unknown('missing runner token, name');
  const level = levelOf(world, asked.token);
  if (!level) return unknown('runner registration token not found');
  const labels = asked.labels ?? asked.agentLabels ?? [];
  const ephemeral = asked.ephemeral === true;
  const made = world.do('register', { name: asked.name, labels, ephemeral, repositoryId: level.repositoryId ?? null, owner: level.owner ?? null });
  const runner = {
    id: String(made.id),
    uuid: made.uuid,
    token: made.token,
    name: made.name,
    ...(asked.version ? { version: asked.version } : {}),
    ...(labels.length > 0 ? { labels } : {}),
    ...(ephemeral ? { ephemeral } : {}),
  };
  return { status: 200, body: { runner } };
}
