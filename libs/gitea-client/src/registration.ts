import type { Connection } from './connection.js';
import { GiteaError, isGiteaError } from './errors.js';
import { describeFieldProblems } from './field-problems.js';
import { flag, listOf, maybe, object, text } from './payload-fields.js';
import type { Runners } from './runners.js';
import type { Scope } from './scope.js';
import { createSecret, type Secret } from './secret.js';
import * as z from 'zod/mini';

/** What a runner needs to work off one job, and nothing more: worthless from the end of that job on. */
export interface RunnerCredential {
  readonly kind: 'registered';
  /** What `workflow_job` and the jobs API call `runner_id`. */
  readonly id: number;
  readonly uuid: string;
  /** Until its first task it is worth any waiting job of its scope, secrets included. */
  readonly token: Secret;
  readonly name: string;
  readonly labels: readonly string[];
}

/** A registration that was answered with no. */
export interface RefusedRegistration {
  readonly kind: 'refused';
  readonly code: 'not-ephemeral' | 'token-refused' | 'scope-gone';
  readonly sentence: string;
  readonly remedy: string;
  /** A permanent runner that Gitea made and that could not be deleted. */
  readonly leftRunnerId: number | null;
}

export interface NewRunner {
  readonly name: string;
  /** Exactly the names: `go:host` would be a label of that name. */
  readonly labels: readonly string[];
  /** Where it is registered. With a `registrationToken`, where that token belongs: it is needed to delete what must not stay. */
  readonly scope: Scope;
  /** A token of one's own, instead of the scope's by API. */
  readonly registrationToken?: string | Secret;
  readonly ephemeral: true;
  /** Shown in Gitea's list until the runner declares its own. */
  readonly version: string;
  readonly signal?: AbortSignal;
}

/** The part of a client that registering needs. */
export type RegistrationClient = Pick<Connection, 'call'> & Pick<Runners, 'registrationToken' | 'deleteRunner'>;

const answerFields = object({
  runner: object({
    // Protobuf writes 64-bit numbers as text.
    id: text.check(z.regex(/^[1-9]\d{0,15}$/, 'a number as text')),
    uuid: text.check(z.minLength(1, 'text that is not empty')),
    token: text.check(z.minLength(1, 'text that is not empty')),
    name: text,
    labels: maybe(listOf(text)),
    ephemeral: maybe(flag),
  }),
});

const path = '/api/actions/runner.v1.RunnerService/Register';

/**
 * Registers a runner for one job, as the runner itself would (Connect JSON).
 *
 * Only this answer says whether the server understood `ephemeral`: where it does not say true, a permanent runner was made, which is
 * deleted again and refused. The call has no idempotency key: after a `GiteaError` of kind `unreachable`, `server` or `unexpected-answer`
 * the runner may exist, never used. List the scope's runners, delete those of that name, and register under a new one.
 */
export async function registerRunner(client: RegistrationClient, runner: NewRunner): Promise<RunnerCredential | RefusedRegistration> {
  const own = runner.registrationToken;
  const first = own ?? (await client.registrationToken(runner.scope, { ...signalOf(runner) }));
  try {
    return await register(client, runner, reveal(first));
  } catch (error) {
    if (!isTokenRefused(error)) return refusalOf(error);
    if (own !== undefined) return tokenRefused(error);
  }
  // Somebody reset the scope's token since it was read; once is enough to know.
  const second = await client.registrationToken(runner.scope, { fresh: true, ...signalOf(runner) });
  try {
    return await register(client, runner, reveal(second));
  } catch (error) {
    return isTokenRefused(error) ? tokenRefused(error) : refusalOf(error);
  }
}

async function register(client: RegistrationClient, runner: NewRunner, token: string): Promise<RunnerCredential | RefusedRegistration> {
  const { name, labels, version, signal } = runner;
  const answer = await client.call({
    method: 'POST',
    path,
    headers: { 'connect-protocol-version': '1' },
    body: { name, token, version, labels, ephemeral: true },
    anonymous: true,
    secrets: [token],
    signal,
  });
  const { id, uuid, token: secret, name: given, labels: kept, ephemeral } = readRunner(answer.text, answer.status);
  if (ephemeral !== true) return refusePermanent(client, runner, Number(id));
  return { kind: 'registered', id: Number(id), uuid, token: createSecret(secret), name: given, labels: kept ?? [] };
}

function readRunner(answer: string, status: number): z.infer<typeof answerFields>['runner'] {
  const unexpected = (sentence: string): GiteaError => new GiteaError({ kind: 'unexpected-answer', method: 'POST', path, status, sentence });
  let json: unknown;
  try {
    json = JSON.parse(answer);
  } catch {
    throw unexpected('expected JSON, found something else');
  }
  const parsed = answerFields.safeParse(json);
  if (!parsed.success) throw unexpected(describeFieldProblems(parsed.error.issues, json).sentence);
  return parsed.data.runner;
}

async function refusePermanent(client: RegistrationClient, { scope, signal }: NewRunner, runnerId: number): Promise<RefusedRegistration> {
  const deleted = await client.deleteRunner(scope, runnerId, signal).then(
    () => true,
    (error: unknown) => {
      if (isGiteaError(error)) return false;
      throw error;
    },
  );
  return {
    kind: 'refused',
    code: 'not-ephemeral',
    sentence: `Gitea registered a permanent runner instead of one for a single job${deleted ? ', which was deleted again' : `; runner ${runnerId} could not be deleted`}`,
    remedy: 'Gitea 1.24 or newer is needed: older servers ignore ephemeral',
    leftRunnerId: deleted ? null : runnerId,
  };
}

/** Nearly every refusal of the runner protocol is a 500 of code `unknown`: its words are all there is. */
function isTokenRefused(error: unknown): error is GiteaError {
  return isGiteaError(error) && /registration token (?:not found|has been invalidated)/.test(error.sentence);
}

function tokenRefused({ sentence }: GiteaError): RefusedRegistration {
  return {
    kind: 'refused',
    code: 'token-refused',
    sentence: `Gitea refused the registration token: ${sentence}`,
    remedy: 'use the current registration token of that scope (an API token is not one)',
    leftRunnerId: null,
  };
}

function refusalOf(error: unknown): RefusedRegistration {
  if (!isGiteaError(error) || !/(?:owner|repository) of the token not found/.test(error.sentence)) throw error;
  return { kind: 'refused', code: 'scope-gone', sentence: `Gitea refused the registration: ${error.sentence}`, remedy: 'the repository or owner was deleted: nothing to do', leftRunnerId: null };
}

function reveal(token: string | Secret): string {
  return typeof token === 'string' ? token : token.reveal();
}

function signalOf({ signal }: NewRunner): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
