import type * as z from 'zod/mini';
import { flag, id, maybe, object, text, userId } from './payload-fields.js';

/** A repository as payloads and answers describe it. Names change without a webhook: only the id identifies it. */
export interface Repository {
  readonly id: number;
  readonly fullName: string;
  readonly owner: { readonly id: number; readonly login: string };
  readonly name: string;
  readonly defaultBranch: string;
  readonly htmlUrl: string;
  readonly private: boolean;
  readonly fork: boolean;
  readonly mirror: boolean;
  readonly archived: boolean;
}

/** A person or one of Gitea's system users: the Actions bot is `gitea-actions`, id -2. */
export interface User {
  readonly id: number;
  readonly login: string;
}

export const userFields = object({ id: userId, login: text });

export const repositoryFields = object({
  id,
  full_name: text,
  owner: userFields,
  name: text,
  default_branch: maybe(text),
  html_url: maybe(text),
  private: maybe(flag),
  fork: maybe(flag),
  mirror: maybe(flag),
  archived: maybe(flag),
});

export function toRepository(fields: z.infer<typeof repositoryFields>): Repository {
  return {
    id: fields.id,
    fullName: fields.full_name,
    owner: { id: fields.owner.id, login: fields.owner.login },
    name: fields.name,
    defaultBranch: fields.default_branch ?? '',
    htmlUrl: fields.html_url ?? '',
    // Where it is left out, the careful answer.
    private: fields.private ?? true,
    fork: fields.fork ?? false,
    mirror: fields.mirror ?? false,
    archived: fields.archived ?? false,
  };
}
