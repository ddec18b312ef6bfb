import type { GiteaClient, Hook } from '@tinqs/gitea-client';
import { isGiteaError } from '@tinqs/gitea-client';
import { failed, ok, warning, type Check } from './check.js';
import { nameOf, scopesOf } from './served.js';

const HOW = 'make one: apps/dispatcher/README.md, "Deploy"';

interface FoundHook extends Hook {
  readonly at: string;
}

/** The hooks that may tell us of jobs, and the events of those that do; `events` is undefined where no level may be read. */
export async function checkHooks(gitea: Pick<GiteaClient, 'listHooks'>, allowed: readonly string[], source: string): Promise<{ readonly checks: readonly Check[]; readonly events: readonly string[] | undefined }> {
  const found: FoundHook[] = [];
  let read = 0;
  for (const scope of scopesOf(allowed)) {
    try {
      found.push(...(await gitea.listHooks(scope)).map((hook) => ({ ...hook, at: nameOf(scope) })));
      read += 1;
    } catch (error) {
      // A level that this token may not see: the hook may be made at another.
      if (!isGiteaError(error, 'forbidden', 'not-found')) throw error;
    }
  }
  if (read === 0) return { checks: [warning('hook', 'the token may not read webhooks, so it is not known whether one exists', 'look in Gitea: its recent deliveries show 202')], events: undefined };
  const event = source === 'push' ? 'push' : 'workflow_job';
  const telling = found.filter((hook) => hook.active && hook.events.includes(event) && endsAtWebhook(hook.address));
  return { checks: telling.length === 0 ? [nobodyTells(found, event)] : checksOf(telling, event), events: telling.flatMap((hook) => hook.events) };
}

function nobodyTells(found: readonly FoundHook[], event: string): Check {
  const ours = found.find((hook) => endsAtWebhook(hook.address));
  if (ours === undefined) return failed('hook', `no webhook for ${event} at an address that ends in /webhook`, HOW);
  return failed('hook', `hook ${ours.id} of ${ours.at} ${ours.active ? `sends ${ours.events.join(', ') || 'nothing'}, not ${event}` : 'is not active'}`, ours.active ? `add the event ${event} in Gitea's page of the hook: by API its other settings are reset` : 'set it active in Gitea');
}

function checksOf(telling: readonly FoundHook[], event: string): readonly Check[] {
  const checks = telling.map((hook) =>
    hook.contentType === 'json'
      ? ok('hook', `hook ${hook.id} of ${hook.at} sends ${event} to ${shown(hook.address)}`)
      : failed('hook', `hook ${hook.id} of ${hook.at} sends ${hook.contentType || 'no content type'}, which is refused`, 'set its content type to application/json'),
  );
  const addresses = telling.map(({ address }) => address);
  const twice = addresses.find((address, index) => addresses.indexOf(address) !== index);
  return twice === undefined ? checks : [...checks, warning('hook-twice', `several hooks post to ${shown(twice)}: every event of a repository of both comes twice`, 'delete all but one, unless you are rotating its secret')];
}

const endsAtWebhook = (address: string) => URL.canParse(address) && new URL(address).pathname.endsWith('/webhook');

/** Without what may be secret in it. */
function shown(address: string): string {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}
