import { detectCapabilities, isGiteaError, type Capabilities, type GiteaClient, type GiteaErrorKind, type Scope } from '@tinqs/gitea-client';
import { failed, ok, warning, type Check } from './check.js';
import { checkHooks } from './hook-check.js';
import { namedIn, nameOf } from './served.js';

export interface GiteaQuestions {
  readonly gitea: GiteaClient;
  /** Without a token: what a runner that fetches an action sees. */
  readonly stranger: Pick<GiteaClient, 'repositoryByPath'>;
  readonly allowed: readonly string[];
  readonly scopeKind: Scope['kind'];
  readonly source: string;
  /** Gitea's clock less ours, milliseconds, as its last answer said; `null` before the first. */
  readonly clockDifference: () => number | null;
}

/** The boot script and the planner take 90 s without harm. */
const CLOCK_LIMIT_MS = 60_000;
const ACTIONS = 'tinqs/ci';

const FIXES: { readonly [kind in GiteaErrorKind]?: string } = {
  unauthorized: 'make a token in Gitea (Settings → Applications) and set GITEA_TOKEN',
  forbidden: 'give the token the scopes that apps/dispatcher/README.md names',
  unreachable: 'check GITEA_URL; a certificate of a private authority: NODE_EXTRA_CA_CERTS here, GITEA_CA_FILE for the functions',
  redirected: 'set GITEA_URL to the address it redirects to',
  'not-found': 'check that GITEA_URL is the address of Gitea itself, with its sub-path if it has one',
  'unexpected-answer': 'check that GITEA_URL is the address of Gitea itself, with its sub-path if it has one',
};

/** Everything that can be asked of Gitea without changing it. */
export async function checkGitea(questions: GiteaQuestions): Promise<{ readonly tier: Capabilities['tier'] | null; readonly checks: readonly Check[] }> {
  const { gitea, allowed, source } = questions;
  try {
    const version = await gitea.version();
    const hooks = await checkHooks(gitea, allowed, source);
    const found = await detectCapabilities(gitea, { ...namedIn(allowed), ...(hooks.events === undefined || hooks.events.length === 0 ? {} : { hookEvents: hooks.events }) });
    if (found.kind === 'refused') return { tier: null, checks: [failed('gitea', found.sentence, found.remedy)] };
    const missing = found.missing.filter(({ code }) => code !== 'job-events' || source !== 'push').map(({ code, sentence, remedy }) => (code === 'token' ? failed(code, sentence, remedy) : warning(code, sentence, remedy)));
    return { tier: found.tier, checks: [ok('gitea', `Gitea ${version}, tier ${found.tier}`), clock(questions), ...missing, await owner(gitea), ...(await runners(questions)), ...hooks.checks, await actions(questions)] };
  } catch (error) {
    if (!isGiteaError(error)) throw error;
    return { tier: null, checks: [failed('gitea', error.message, FIXES[error.kind] ?? "look at Gitea's log")] };
  }
}

function clock({ clockDifference }: GiteaQuestions): Check {
  const difference = clockDifference();
  if (difference === null) return warning('clock', 'Gitea does not say what time it is', 'look at its proxy: the header Date is missing');
  const seconds = Math.round(Math.abs(difference) / 1_000);
  if (Math.abs(difference) <= CLOCK_LIMIT_MS) return ok('clock', `its clock and this one differ by ${seconds} s`);
  return warning('clock', `its clock is ${seconds} s ${difference > 0 ? 'ahead of' : 'behind'} this one`, 'set both by NTP');
}

async function owner(gitea: GiteaClient): Promise<Check> {
  try {
    const { login, isAdmin } = await gitea.currentUser();
    const scopes = await gitea.tokenScopes();
    return ok('token', `the token is of ${login}${isAdmin ? ', an administrator' : ''}${scopes === null ? '' : `, with ${scopes.join(', ')}`}`);
  } catch (error) {
    if (!isGiteaError(error, 'forbidden')) throw error;
    return warning('token', 'the token has no read:user, so a deleted repository cannot be told from a hidden one', 'add read:user to the scopes of the token');
  }
}

/** Registering changes Gitea; seeing the runners of a scope wants the same owner's right. */
async function runners({ gitea, allowed, scopeKind }: GiteaQuestions): Promise<readonly Check[]> {
  const { owners, repositories } = namedIn(allowed);
  const scopes: readonly Scope[] = scopeKind === 'instance' ? [{ kind: 'instance' }] : scopeKind === 'owner' ? owners.map((login) => ({ kind: 'owner', login })) : repositories.map((fullName) => ({ kind: 'repository', repository: { fullName } }));
  return Promise.all(
    scopes.map(async (scope) => {
      try {
        const listed = await gitea.listRunners(scope);
        return ok('runners', `it sees the runners of ${nameOf(scope)}: ${listed.length}`);
      } catch (error) {
        if (!isGiteaError(error, 'forbidden', 'not-found')) throw error;
        return failed('runners', `it may not see the runners of ${nameOf(scope)}, so it cannot register one: ${error.sentence}`, `use a token of an ${scope.kind === 'instance' ? 'administrator with write:admin' : 'owner with write:repository and write:organization'}`);
      }
    }),
  );
}

async function actions({ stranger }: GiteaQuestions): Promise<Check> {
  try {
    await stranger.repositoryByPath(ACTIONS);
    return ok('actions', `${ACTIONS} can be read without a login, as runners fetch actions`);
  } catch (error) {
    if (!isGiteaError(error)) throw error;
    return warning('actions', `${ACTIONS} cannot be read without a login: jobs that use ${ACTIONS}/checkout@v1 fail`, 'make it a public repository of this Gitea, with [actions] DEFAULT_ACTIONS_URL = self: tools/publish-actions/README.md');
  }
}
